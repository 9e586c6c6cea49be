"""Refusals as servers word them, and what each is about."""

from __future__ import annotations

import pytest

from solver.sampling.transport import Fault, Refusal
from solver.sampling.wire.refusal_sorts import Sorted, is_spent, sorted_refusal
from solver.sampling.wire.server_words import failure_of, parsed, words_of

FIELDS = [
    (400, "Invalid n value (currently only n = 1 is supported)", "n"),
    (400, "Only one completion choice is allowed", "n"),
    (422, "n: Input should be less than or equal to 1", "n"),
    (400, "Range of n should be [1, 1]", "n"),
    (400, "n must be 1 when using greedy sampling, got 4.", "n"),
    (400, "Unsupported value: 'n' does not support 8 with this model. Only the default (1) value is supported.", "n"),
    (400, "multiple completions are not supported", "n"),
    (400, "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
     "max_tokens"),
    (400, "Unsupported value: 'temperature' does not support 0.7 with this model. Only the default (1) value is "
          "supported.", "temperature"),
    (400, "temperature must be in [0.0, 1.0]", "temperature"),
    (400, "Unsupported parameter: 'top_p' is not supported with this model.", "top_p"),
    (400, "invalid params: top_p must be between 0 and 1 (exclusive)", "top_p"),
    (400, "This model does not support logprobs.", "logprobs"),
    (400, "deepseek-reasoner does not support the parameter `logprobs`", "logprobs"),
    (403, "You are not allowed to request logprobs from this model.", "logprobs"),
    (400, "top_logprobs is not supported", "logprobs"),
    (422, "seed: extra fields not permitted", "seed"),
    (422, "body.seed: Extra inputs are not permitted", "seed"),
    (400, 'Invalid JSON payload received. Unknown name "seed": Cannot find field.', "seed"),
    (400, "property 'seed' is unsupported", "seed"),
    (400, "Unrecognized request argument supplied: top_k", "top_k"),
    (400, "structured_outputs is not supported by this server", "structured_outputs"),
    (400, "Unexpected keyword argument 'guided_choice'", "structured_outputs"),
    (400, "stream_options: Extra inputs are not permitted", "stream_options"),
    (400, "continue_final_message is not supported", "continue_final_message"),
    (400, "Cannot set both add_generation_prompt and something else", "continue_final_message"),
    (400, "parameter.enable_thinking must be set to false for non-streaming calls", "stream"),
    (400, "This model only support stream mode, please enable the stream parameter to access the model.", "stream"),
    (400, "stream must be true", "stream"),
    (400, "该模型仅支持流式调用", "stream"),
    (400, "streaming is not supported by this deployment", "stream"),
    (400, "参数 logprobs 不支持", "logprobs"),
    (400, "'n' : number must be at most 1", "n"),
    (400, "litellm.UnsupportedParamsError: x does not support parameters: ['n'], for model=m", "n"),
    (400, "`temperature` and `top_p` cannot both be specified for this model. Please use only one.", "top_p"),
    (400, "invalid temperature: only 1 is allowed for this model", "temperature"),
    (400, "System role not supported", "system"),
    (400, "Conversation roles must alternate user/assistant/user/assistant", "system"),
    (400, "Unsupported value: 'messages[0].role' does not support 'system' with this model.", "system"),
    (400, "n参数非法：仅支持取值为1", "n"),
    (400, "参数top_p不支持", "top_p"),
    (422, "n: unknown field `n`, expected one of `model`, `messages`, `max_tokens`, `top_p`", "n"),
    (400, "Unknown parameter: seed. Supported parameters: model, messages, max_tokens, temperature", "seed"),
    (400, "Unsupported parameters: seed", "seed"),
    (400, "不支持的参数：seed", "seed"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "words", "field"), FIELDS)
def test_a_refused_field_is_known_by_the_words(status: int, words: str, field: str) -> None:
    assert sorted_refusal(status, words) == Sorted("field", field)


ALL = [
    (401, "Incorrect API key provided: sk-***"),
    (401, ""),
    (402, "Insufficient Balance"),
    (403, "Country, region, or territory not supported"),
    (403, "<html>forbidden</html>"),
    (404, "The model `gpt-x` does not exist or you do not have access to it."),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (400, "API key not valid. Please pass a valid API key."),
    (400, "Access denied, please make sure your account is in good standing."),
    (400, "Model Not Exist"),
    (400, "The model `m` is not found"),
    (400, "Unknown model: m, please check the model code."),
    (400, "余额不足或无可用资源包,请充值。"),
    (400, "模型不存在，请检查模型代码。"),
    (410, "gone"),
]


@pytest.mark.parametrize(("status", "words"), ALL)
def test_what_holds_for_every_request_is_known(status: int, words: str) -> None:
    assert sorted_refusal(status, words).sort == "all"


PROMPT = [
    (400, "Content Exists Risk", "prompt"),
    (400, "Input data may contain inappropriate content.", "prompt"),
    (400, "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.", "prompt"),
    (403, "Your chosen model requires moderation and your input was flagged", "prompt"),
    (400, "系统检测到输入或生成内容可能包含不安全或敏感内容", "prompt"),
    (400, "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens", "length"),
    (400, "'max_tokens' or 'max_completion_tokens' is too large: 1024. This model's maximum context length is 512 "
          "tokens and your request has 100 input tokens", "length"),
    (400, "the request exceeds the available context size, try increasing it", "length"),
    (400, "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", "length"),
    (400, "max_tokens is too large: 50000. This model supports at most 16384 completion tokens", "length"),
    (400, "Range of max_tokens should be [1, 2000]", "length"),
    (400, "max_tokens must be between 2 and 2048", "length"),
    (400, "The parameter `max_tokens` specified in the request are not valid: integer above maximum value, expected a "
          "value <= 4096, but got 8192 instead. Request id: 021", "length"),
    (400, "max_tokens参数非法。取值范围为[1, 4096]", "length"),
    (400, "max_tokens不能大于4096", "length"),
    (400, "Range of input length should be [1, 6000]", "length"),
    (400, "prompt is too long: 5000 tokens > 4096 maximum", "length"),
    (413, "Request Entity Too Large", "length"),
    (400, "输入长度超过最大限制", "length"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "words", "sort"), PROMPT)
def test_what_concerns_one_prompt_is_known(status: int, words: str, sort: str) -> None:
    assert sorted_refusal(status, words).sort == sort


@pytest.mark.parametrize("words", ["Bad Request", "", "API 调用参数有误", "something went wrong\\n in the handler"])
def test_words_that_tell_nothing_are_unknown(words: str) -> None:
    assert sorted_refusal(400, words).sort == "unknown"


SPENT = "You exceeded your current quota, please check your plan and billing details."


@pytest.mark.parametrize(
    ("words", "code", "is_told_to_wait", "expected"),
    [
        (SPENT, "insufficient_quota", False, True),
        (SPENT, "429", False, True),
        (f"{SPENT} Please retry in 7s", "", False, False),
        (SPENT, "", True, False),
        ("您的账户已欠费", "1113", False, True),
        ("Rate limit reached for requests per minute", "rate_limit_exceeded", False, False),
        ("slow down", "", False, False),
    ],
)
def test_a_spent_account_is_told_from_a_quota_a_minute(
    words: str, code: str, is_told_to_wait: bool, expected: bool
) -> None:
    assert is_spent(words, code=code, is_told_to_wait=is_told_to_wait) is expected


@pytest.mark.parametrize(
    ("quota", "is_over"), [("RequestsPerDayPerModel-FreeTier", True), ("RequestsPerMinute", False)]
)
def test_a_quota_a_day_ends_it_though_the_server_says_to_come_back_in_a_moment(quota: str, is_over: bool) -> None:
    details = [{"@type": "x.RetryInfo"}, {"violations": [{"quotaId": f"Generate{quota}"}]}]
    body = [{"error": {"code": 429, "message": f"{SPENT} Please retry in 34s.", "details": details}}]
    assert isinstance(failure_of(429, body, name="s"), Refusal) is is_over


def test_a_quota_of_nothing_is_spent() -> None:
    words = f"{SPENT} Quota exceeded for metric: requests, limit: 0 Please retry in 7s."
    assert is_spent(words, is_told_to_wait=True)
    assert not is_spent(words.replace("limit: 0", "limit: 20"), is_told_to_wait=True)


def test_the_field_that_the_server_names_itself_wins() -> None:
    assert sorted_refusal(400, "invalid value for the temperature of max_tokens", param="seed").field == "seed"


WORDS = [
    ({"error": {"message": "no", "code": "x"}}, "no"),
    ({"error": "no"}, "no"),
    ({"detail": "no"}, "no"),
    ({"message": "no", "code": 400}, "no"),
    ([{"error": {"code": 400, "message": "no"}}], "no"),
    ({"detail": [{"loc": ["body", "n"], "msg": "too many"}, {"msg": "bad"}, "odd"]}, "n: too many; bad; odd"),
    ({"errors": {"message": "no"}}, "no"),
    ("no", "no"),
    (None, ""),
    (7, ""),
    ({}, ""),
    ([], ""),
    ({"error": []}, ""),
    ({"detail": [[]]}, ""),
]


@pytest.mark.parametrize(("body", "words"), WORDS)
def test_the_servers_own_words_are_found(body: object, words: str) -> None:
    assert words_of(body) == words


def test_an_error_inside_a_good_reply_is_sorted_like_a_status() -> None:
    spent = failure_of(0, {"error": {"code": "insufficient_quota", "message": "quota"}}, name="u")
    assert isinstance(failure_of(0, {"error": {"code": 502, "message": "upstream"}}, name="u"), Fault)
    assert isinstance(failure_of(0, {"error": {"code": "429", "message": "slow"}}, name="u"), Fault)
    assert isinstance(spent, Refusal)
    assert spent.sort == "all"
    broken = failure_of(0, {"error": {"message": "hm"}}, name="u")
    assert isinstance(broken, Fault)
    assert broken.cause == "malformed"


def test_a_field_that_breaks_a_server_is_a_refusal_all_the_same() -> None:
    failure = failure_of(500, {"error": {"message": "Only one completion choice is allowed"}}, name="u")
    assert isinstance(failure, Refusal)
    assert failure.field == "n"


def test_a_redirect_names_where_it_points_and_holds_for_all() -> None:
    failure = failure_of(307, "", name="u", location="http://elsewhere/")
    assert isinstance(failure, Refusal)
    assert failure.sort == "all"
    assert "redirects to http://elsewhere/" in str(failure)


def test_errors_that_are_no_json_are_text() -> None:
    assert parsed(b"  <html>\xff</html> ") == "<html>\ufffd</html>"
    assert parsed(b"[" * 100_000) == "[" * 100_000
