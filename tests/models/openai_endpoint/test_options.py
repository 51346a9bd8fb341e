"""What is said on the command line about an endpoint."""

from __future__ import annotations

import pytest

from embodied_codeact.errors import ConfigurationError
from embodied_codeact.models import resolve_model
from embodied_codeact.models.openai import OpenAIModel, connect_openai
from embodied_codeact.models.openai.options import find_endpoint, read_options

LOCAL = "http://127.0.0.1:8000/v1"


@pytest.mark.parametrize(
    ("spec", "name", "url"),
    [
        (f"tiny@{LOCAL}", "tiny", LOCAL),
        ("org/Tiny-1B:free@https://[::1]:9/v1", "org/Tiny-1B:free", "https://[::1]:9/v1"),
        ("tiny@2024@http://localhost/v1", "tiny@2024", "http://localhost/v1"),
    ],
)
def test_a_name_at_a_url(spec: str, name: str, url: str) -> None:
    endpoint = find_endpoint(spec, "OPENAI_API_KEY")
    assert (endpoint.model, endpoint.url, endpoint.local, endpoint.has_key) == (name, url, True, False)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("", "names no model"),
        (f"@{LOCAL}", "names no model"),
        ("tiny@", "not http"),
        ("tiny@127.0.0.1:8000", "not http"),
        ("tiny@ftp://127.0.0.1/v1", "not http"),
        ("tiny@http://", "not http"),
        ("tiny@http://127.0.0.1:99999/v1", "cannot be read"),
        ("tiny@http://[::1/v1", "cannot be read"),
        ("tiny@http://\x01host/v1", "cannot be read"),
        ("tiny@http://user:pw-secret@127.0.0.1/v1", "a key belongs into the environment"),
        ("tiny@http://127.0.0.1/v1?key=pw-secret", "a key belongs into the environment"),
    ],
)
def test_a_wrong_form_is_shown_the_right_one(spec: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match="Write openai:NAME@URL, such as") as raised:
        find_endpoint(spec, "OPENAI_API_KEY")
    assert said in str(raised.value)
    assert "pw-secret" not in str(raised.value)


def test_without_a_url_it_is_the_clients_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert find_endpoint("tiny", "OPENAI_API_KEY").url == "https://api.openai.com/v1"
    monkeypatch.setenv("OPENAI_BASE_URL", LOCAL)
    assert find_endpoint("tiny", "OPENAI_API_KEY").url == LOCAL
    monkeypatch.setenv("OPENAI_BASE_URL", "nowhere")
    with pytest.raises(ConfigurationError, match="the environment variable OPENAI_BASE_URL"):
        find_endpoint("tiny", "OPENAI_API_KEY")


def test_a_server_elsewhere_needs_a_key_and_one_here_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="set the environment variable MY_KEY, or name another"):
        find_endpoint("tiny@https://models.example/v1", "MY_KEY")
    monkeypatch.setenv("MY_KEY", " secret ")
    endpoint = find_endpoint("tiny@https://models.example/v1", "MY_KEY")
    assert (endpoint.key, endpoint.local) == ("secret", False)
    assert "secret" not in repr(endpoint)
    monkeypatch.setenv("MY_KEY", "two\nlines")
    with pytest.raises(ConfigurationError, match="MY_KEY holds no key") as raised:
        find_endpoint(f"tiny@{LOCAL}", "MY_KEY")
    assert "lines" not in str(raised.value)


def test_options_are_typed() -> None:
    options = read_options({"timeout_s": "30", "temperature": "0", "images": "true", "seed": "-1", "retries": "0"})
    assert (options.timeout_s, options.temperature, options.images, options.seed) == (30.0, 0.0, True, -1)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("temprature", "1", "Did you mean 'temperature'?"),
        ("temperature", "hot", "temperature"),
        ("timeout_s", "0", "timeout_s must be greater than zero"),
        ("idle_s", "nan", "idle_s must be greater than zero"),
        ("context_tokens", "-1", "context_tokens must be greater"),
        ("retries", "-1", "retries must not be negative"),
        ("images", "maybe", "images"),
        ("key_env", "", "key_env must name"),
    ],
)
def test_a_wrong_option_is_named(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as raised:
        connect_openai(f"tiny@{LOCAL}", {name: value})
    assert said in str(raised.value)


def test_the_command_line_finds_it() -> None:
    model = resolve_model(f"openai:tiny@{LOCAL}", "counter", {"retries": "1"})
    assert isinstance(model, OpenAIModel)
    assert model.name == f"openai:tiny@{LOCAL}"
