"""TensorBoard's event files, in the run folder; neither torch nor TensorFlow is needed."""

from __future__ import annotations

from importlib import import_module

from harness.track.tracker import TrackedRun, Tracker


def tell(run: TrackedRun) -> None:
    """Write one event file with the figures as scalars."""
    writer = import_module("tensorboard.summary.writer.event_file_writer").EventFileWriter(
        str(run.folder / "tensorboard")
    )
    events = import_module("tensorboard.compat.proto.event_pb2")
    protos = import_module("tensorboard.compat.proto.summary_pb2")
    values = [protos.Summary.Value(tag=name, simple_value=value) for name, value in run.figures.items()]
    writer.add_event(events.Event(step=0, summary=protos.Summary(value=values)))
    writer.close()


TRACKER = Tracker(name="tensorboard", help="event files in the run folder", module="tensorboard", tell=tell)
