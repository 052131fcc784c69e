"""Clients that are pointed at services by URL alone, as a program in production would be."""

import asyncio
import re

import httpx
import pytest

from checker import lab
from checker.lab.services import Upstream, routes
from checker.lab.services.network import network_backends
from checker.lab.services.transport import installed, transport_for


def run(main):
    with installed():
        return lab.run(main)


def test_a_plain_client_reaches_a_service_by_its_name():
    users = Upstream(0.1, name="users")

    async def main():
        async with httpx.AsyncClient() as client:
            response = await client.get("http://users:8000/7")
        return response.json(), users.calls

    outcome = run(main)
    assert outcome.result == ("users/7", 1)
    assert outcome.elapsed == 0.1


def test_host_names_do_not_care_about_case():
    service = Upstream(name="UserService")

    async def main():
        async with httpx.AsyncClient() as client:
            return (await client.get("http://USERSERVICE/1")).json(), service.url

    assert run(main).result == ("UserService/1", "http://userservice")


def test_https_is_served_too():
    Upstream(name="users")

    async def main():
        async with httpx.AsyncClient() as client:
            return (await client.get("https://users/7")).json()

    assert run(main).result == "users/7"


def test_limits_and_time_outs_of_a_plain_client_are_the_real_ones():
    shards = Upstream(1.0, name="shards")

    async def main():
        limits = httpx.Limits(max_connections=2)
        async with httpx.AsyncClient(limits=limits, timeout=httpx.Timeout(5, pool=0.5)) as client:
            requests = [client.get("http://shards/") for _ in range(6)]
            results = await asyncio.gather(*requests, return_exceptions=True)
        return [type(result).__name__ for result in results], shards.peak

    names, peak = run(main).result
    assert names == ["Response"] * 2 + ["PoolTimeout"] * 4
    assert peak == 2


def test_a_synchronous_client_reaches_it_and_blocks():
    Upstream(0.1, name="users")

    async def main():
        return httpx.get("http://users/7").json()

    outcome = run(main)
    assert outcome.result == "users/7"
    assert sum(blocking.seconds for blocking in outcome.blocked) == 0.1


def test_a_client_made_before_the_run_reaches_services_within_it():
    Upstream(name="users")
    client = httpx.AsyncClient()

    async def main():
        async with client:
            return (await client.get("http://users/7")).json()

    assert run(main).result == "users/7"


def test_building_a_client_costs_no_tls_context():
    Upstream(name="users")

    async def main():
        async with httpx.AsyncClient() as a, httpx.AsyncClient() as b:
            return a._transport._pool._ssl_context is b._transport._pool._ssl_context

    assert run(main).result is True


def test_a_proxy_of_this_machine_does_not_stand_in_between(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("ALL_PROXY", "http://proxy.example:3128")
    Upstream(name="users")

    async def main():
        async with httpx.AsyncClient() as client:
            return (await client.get("http://users/7")).json()

    assert run(main).result == "users/7"


def test_an_unknown_host_is_explained_with_the_hosts_that_answer():
    Upstream(name="users")
    Upstream(name="shards")

    async def main():
        async with httpx.AsyncClient() as client:
            await client.get("http://api.example/")

    words = (
        "there is no network in the lab, so nobody answers at 'api.example'; make a service of "
        'that name with lab.upstream(name="api.example"). Hosts that answer: users, shards'
    )
    with pytest.raises(lab.NoNetwork, match=re.escape(words)):
        run(main)


def test_an_unknown_host_is_explained_to_a_thread_too():
    async def main():
        await asyncio.to_thread(httpx.get, "http://api.example/")

    with pytest.raises(lab.NoNetwork, match="Hosts that answer: none yet"):
        run(main)


def test_a_unix_socket_is_explained():
    async def main():
        transport = httpx.AsyncHTTPTransport(uds="/run/app.sock")
        async with httpx.AsyncClient(transport=transport) as client:
            await client.get("http://app/")

    with pytest.raises(lab.NoNetwork, match=re.escape("nobody listens on the Unix socket")):
        run(main)


def test_the_newest_service_of_a_name_answers():
    old = Upstream(name="users")
    new = Upstream(name="users", reply="new")

    async def main():
        async with httpx.AsyncClient() as client:
            return (await client.get("http://users/")).json(), old.calls, new.calls

    assert run(main).result == ("new", 0, 1)


def test_what_is_made_within_a_scope_is_forgotten_after_it():
    outer = Upstream(name="users")
    with routes.scope():
        assert routes.hosts() == []
        inner = Upstream(name="users")
        Upstream(name="shards")
        assert routes.find("users") is inner
        assert routes.hosts() == ["users", "shards"]
    assert routes.find("users") is outer
    assert routes.hosts() == ["users"]


def test_a_transport_is_found_by_url():
    Upstream(name="users", reply="hello")

    async def main():
        async with httpx.AsyncClient(transport=transport_for("http://users/")) as client:
            return (await client.get("http://users/")).json()

    assert lab.run(main).result == "hello"
    with pytest.raises(lab.NoNetwork, match="Hosts that answer: users"):
        transport_for("http://other/")


def test_the_backends_are_httpcore_s_own_kind():
    import httpcore

    asynchronous, blocking = network_backends()
    assert isinstance(asynchronous, httpcore.AsyncNetworkBackend)
    assert isinstance(blocking, httpcore.NetworkBackend)


def test_after_the_run_httpx_is_as_it_was():
    from httpcore._backends.auto import AutoBackend
    from httpcore._backends.sync import SyncBackend

    def parts():
        return [
            AutoBackend.connect_tcp,
            AutoBackend.connect_unix_socket,
            SyncBackend.connect_tcp,
            SyncBackend.connect_unix_socket,
            httpx._client.get_environment_proxies,
            httpx._transports.default.create_ssl_context,
        ]

    def fail():
        with installed():
            during.extend(parts())
            raise ZeroDivisionError

    before, during = parts(), []
    with pytest.raises(ZeroDivisionError):
        fail()
    assert all(now is not then for now, then in zip(during, before, strict=True))
    assert parts() == before


def test_who_belongs_to_no_run_meets_httpx_as_it_is(monkeypatch):
    from httpcore._backends.sync import SyncBackend

    Upstream(name="users")
    reached = []

    def connect(self, host, port, **options):
        reached.append(host)
        raise httpx.ConnectError("no such host")

    monkeypatch.setattr(SyncBackend, "connect_tcp", connect)
    with installed(), pytest.raises(httpx.ConnectError), httpx.Client() as client:
        client.get("http://users/")
    assert reached == ["users"]


def test_a_real_run_may_use_services_and_the_network(monkeypatch):
    from httpcore._backends.auto import AutoBackend

    Upstream(0.0, name="users")
    reached = []

    async def connect(self, host, port, **options):
        reached.append(host)
        raise httpx.ConnectError("no such host")

    monkeypatch.setattr(AutoBackend, "connect_tcp", connect)

    async def main():
        async with httpx.AsyncClient() as client:
            answer = (await client.get("http://users/1")).json()
            with pytest.raises(httpx.ConnectError):
                await client.get("http://elsewhere/")
        return answer

    assert lab.real.run(main).result == "users/1"
    assert reached == ["elsewhere"]


def test_importing_the_services_does_not_import_httpx():
    import subprocess
    import sys

    code = (
        "import sys, checker.lab.services as s\n"
        "s.Upstream(); s.Database(); s.Queue()\n"
        "print([m for m in ('httpx', 'httpcore', 'h11', 'anyio') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    )
    assert done.stdout == "[]\n"
