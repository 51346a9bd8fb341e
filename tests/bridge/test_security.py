"""Who may connect over tcp: keys on both sides and a list; whoever does not fit gets no reply, and one clear line."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from embodied_codeact.bridge.client import EnvironmentClient
from embodied_codeact.bridge.endpoints import parse_endpoint
from embodied_codeact.bridge.framing import Encoder
from embodied_codeact.bridge.listen import Listener
from embodied_codeact.bridge.local import LocalServer
from embodied_codeact.bridge.security import (
    ClientSecurity,
    KeyFiles,
    KeyPair,
    ServerSecurity,
    client_security,
    create_keys,
    read_allowed,
    read_key_pair,
    read_public_key,
    server_security,
)
from embodied_codeact.bridge.verbs import ServerConfig
from embodied_codeact.errors import ConfigurationError
from tests.conftest import REPOSITORY
from tests.support import counter

ANY_PORT = "tcp://127.0.0.1:0"
REFUSED_MS = 400
"""In this time a client that is let in has its answer many times over."""


class Site:
    """A folder of keys: of a server, of two clients that it lets in, and of a stranger."""

    def __init__(self, folder: Path) -> None:
        self.allow = folder / "allowed"
        self.server = create_keys(folder / "server", "robot")
        self.anna, self.bert = (create_keys(folder / name, name) for name in ("anna", "bert"))
        self.stranger = create_keys(folder / "stranger", "stranger")
        self.allow.mkdir()
        for files in (self.anna, self.bert):
            (self.allow / files.public.name).write_bytes(files.public.read_bytes())

    def config(self, endpoint: str = ANY_PORT) -> ServerConfig:
        return ServerConfig(
            environment="counter",
            endpoint=endpoint,
            sandbox="best",
            key=str(self.server.secret),
            allow=str(self.allow),
        )

    def client(self, files: KeyFiles) -> ClientSecurity:
        return ClientSecurity(read_key_pair(files.secret), read_public_key(self.server.public))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def server(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    folder = tmp_path_factory.mktemp("site")
    counter.install(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(folder), str(REPOSITORY)]))
        with LocalServer(site.config()) as started:
            yield started


def strangers(site: Site) -> dict[str, ClientSecurity | None]:
    own, wrong = read_key_pair(site.anna.secret), read_key_pair(site.stranger.secret)
    return {
        "no key": None,
        "a key that is not on the list": site.client(site.stranger),
        "another server's key": ClientSecurity(own, wrong.public),
        "a public key without its secret": ClientSecurity(
            KeyPair(own.public, wrong.secret), site.client(site.anna).server
        ),
    }


STRANGERS = ["no key", "a key that is not on the list", "another server's key", "a public key without its secret"]
SAID = {
    "no key": "lets only clients with keys in: say --key and --server-key",
    "a key that is not on the list": "does not know this key: copy your .key file",
    "another server's key": "does not have the key that --server-key names",
    "a public key without its secret": "does not have the key that --server-key names",
}


@pytest.mark.keeps_processes
def test_clients_on_the_list_command_it_and_stop_it(server: LocalServer, site: Site) -> None:
    with EnvironmentClient(server.endpoint, security=site.client(site.anna)) as client:
        client.reset(client.describe().tasks[0])
        events: list[object] = []
        result, _ = client.execute("print('over CURVE')\ncounter.add().value", timeout_s=20, on_event=events.append)
        assert (result.stdout, result.value) == ("over CURVE\n", "1")
        assert len(events) >= 3
        with EnvironmentClient(server.endpoint, security=site.client(site.bert)) as other:
            other.halt("a test")
        # By a socket of its own, which needs the keys as well.
        assert client.stop_state() == ("emergency stop", "a test")
        assert client.clear() == "emergency stop"


@pytest.mark.keeps_processes
@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_gets_one_clear_line(server: LocalServer, site: Site, who: str) -> None:
    with pytest.raises(ConfigurationError, match=SAID[who]):
        EnvironmentClient(server.endpoint, connect_s=20, security=strangers(site)[who])


@pytest.mark.keeps_processes
@pytest.mark.parametrize("who", STRANGERS)
@pytest.mark.parametrize("name", ["command", "control", "events"])
def test_a_stranger_never_gets_a_reply(server: LocalServer, site: Site, who: str, name: str) -> None:
    """Past our own client, which gives up by itself; the same without a stranger is answered."""

    def answered(security: ClientSecurity | None) -> bool:
        with zmq.Context() as context, context.socket(zmq.SUB if name == "events" else zmq.DEALER) as socket:
            socket.linger = 0
            if security is not None:
                security.secure(socket)
            if name == "events":
                socket.subscribe("")
            socket.connect(parse_endpoint(server.endpoint).address(name))
            if name != "events":
                frames = Encoder().encode("describe" if name == "command" else "halt", id=1)
                socket.send_multipart(frames)
            return bool(socket.poll(REFUSED_MS if security is not allowed else 20_000))

    allowed = site.client(site.anna)
    assert not answered(strangers(site)[who])
    with EnvironmentClient(server.endpoint, security=allowed) as client:
        assert client.stop_state()[0] == "normal"
        assert answered(allowed)
        client.clear()


@pytest.mark.usefixtures("counter_installed")
def test_keys_for_a_server_that_has_none(site: Site) -> None:
    config = ServerConfig(environment="counter", endpoint=ANY_PORT, sandbox="best")
    with (
        LocalServer(config) as server,
        pytest.raises(ConfigurationError, match="or none; take its .key file anew, or connect without --key"),
    ):
        EnvironmentClient(server.endpoint, connect_s=20, security=site.client(site.anna))


def test_nobody_is_let_in_where_nobody_judges(site: Site) -> None:
    """CURVE without a judge accepts any key; these sockets do not."""
    security = ServerSecurity(read_key_pair(site.server.secret), read_allowed(site.allow))
    for judged in (True, False):
        with zmq.Context() as ours, zmq.Context() as theirs:
            judge = security.begin(ours) if judged else None
            with ours.socket(zmq.ROUTER) as router, theirs.socket(zmq.DEALER) as dealer:
                dealer.linger = 0
                security.secure(router)
                site.client(site.anna).secure(dealer)
                dealer.connect(f"tcp://127.0.0.1:{router.bind_to_random_port('tcp://127.0.0.1')}")
                dealer.send(b"let me in")
                assert bool(router.poll(20_000 if judged else REFUSED_MS)) is judged
            if judge is not None:
                judge.stop()


def test_a_server_beyond_loopback_says_how_to_make_keys(site: Site) -> None:
    with pytest.raises(ConfigurationError, match=r"embodied-codeact keys server.*--key .*--allow .*--insecure"):
        Listener(ServerConfig(environment="counter", endpoint="tcp://0.0.0.0:0"))
    with Listener(site.config("tcp://0.0.0.0:0")) as listener:
        assert listener.endpoint.beyond_loopback


def test_keys_are_not_for_ipc(site: Site, endpoint: str) -> None:
    with pytest.raises(ConfigurationError, match="keys are for tcp://"):
        Listener(site.config(endpoint))
    with pytest.raises(ConfigurationError, match="keys are for tcp://"):
        EnvironmentClient(endpoint, security=site.client(site.anna))


def test_half_of_the_options_is_refused(site: Site) -> None:
    assert server_security(None, None) is None
    assert client_security(None, None) is None
    for one, other in ((str(site.server.secret), None), (None, str(site.allow))):
        with pytest.raises(ConfigurationError, match="--key, its own, and --allow"):
            server_security(one, other)
    for one, other in ((str(site.anna.secret), None), (None, str(site.server.public))):
        with pytest.raises(ConfigurationError, match="name both"):
            client_security(one, other)


# Files


def test_made_keys_are_for_their_owner_alone_and_never_replaced(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        files = create_keys(tmp_path / "new" / "folder", "robot-1")
        assert os.umask(0o022) == 0o022
    finally:
        os.umask(before)
    assert stat.S_IMODE(files.secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(files.secret.parent.stat().st_mode) == 0o700
    pair = read_key_pair(files.secret)
    assert read_public_key(files.public) == pair.public == zmq.curve_public(pair.secret)
    assert pair.secret not in files.public.read_bytes()
    with pytest.raises(ConfigurationError, match="whoever uses that key would lose it"):
        create_keys(files.secret.parent, "robot-1")
    assert read_key_pair(files.secret) == pair


@pytest.mark.parametrize("name", ["", "../robot", "a/b", ".hidden", "x" * 65, "robot.key", "a b"])
def test_names_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="no name for keys"):
        create_keys(tmp_path, name)
    assert not list(tmp_path.iterdir())


def test_files_that_are_no_keys(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="there is no key at .*embodied-codeact keys NAME"):
        read_key_pair(tmp_path / "none.key_secret")
    with pytest.raises(ConfigurationError, match="holds no secret key; name the file that ends in .key_secret"):
        read_key_pair(site.anna.public)
    open_to_all = tmp_path / "open.key_secret"
    open_to_all.write_bytes(site.anna.secret.read_bytes())
    open_to_all.chmod(0o644)
    with pytest.raises(ConfigurationError, match="others can read .*: chmod 600"):
        read_key_pair(open_to_all)
    mixed = tmp_path / "mixed.key_secret"
    anna, bert = (read_key_pair(files.secret) for files in (site.anna, site.bert))
    mixed.write_bytes(site.anna.secret.read_bytes().replace(anna.secret, bert.secret))
    mixed.chmod(0o600)
    with pytest.raises(ConfigurationError, match="do not belong together"):
        read_key_pair(mixed)
    for text in (
        b"",
        b"\xff\xfe\x00",
        b'curve\n    public-key = "short"\n',
        b'curve\n    public-key = "' + b"~" * 40 + b'"',
    ):
        (tmp_path / "odd.key").write_bytes(text)
        with pytest.raises(ConfigurationError, match="holds no key"):
            read_public_key(tmp_path / "odd.key")


def test_lists_that_are_none(site: Site, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no folder"):
        read_allowed(tmp_path / "none")
    with pytest.raises(ConfigurationError, match="holds no .key file, so nobody could connect"):
        read_allowed(tmp_path)
    assert len(read_allowed(site.allow)) == 2
