"""One evaluation: its settings, its folder, its engine, the time it took, its submission."""
