"""RabbitMQ nodes of our own that are one cluster, each with its data; any of them may die."""

from pathlib import Path

import servers
from hosting import LOCAL, Private, answers

NODES = 3
COOKIE = "sunshine"


class Epmd(Private):
    """Tells the nodes of a cluster each other's ports."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        super().__init__()

    def start(self) -> None:
        self.env = {"ERL_EPMD_PORT": str(self.port), "ERL_EPMD_ADDRESS": LOCAL}
        self.spawn("epmd", env=self.env)
        self.wait_until(self.ready)

    def ready(self) -> bool:
        return answers(self.port, b"\x00\x01n")  # which names are there


class Node(servers.PrivateRabbitmq):
    """One node. It outlives the others, and they it."""

    def __init__(self, binaries: Path, epmd: Epmd) -> None:
        self.epmd = epmd
        super().__init__(binaries)

    def prepare(self) -> None:
        super().prepare()
        self.env |= self.epmd.env
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(COOKIE)
        cookie.chmod(0o400)

    def start(self) -> None:
        self.spawn(self.binaries / "rabbitmq-server", env=self.env)
        self.wait_until(self.ready)

    def join(self, other: "Node") -> None:
        self.ctl("stop_app")
        self.ctl("join_cluster", other.env["RABBITMQ_NODENAME"])
        self.ctl("start_app")


class Cluster(servers.Rabbitmq):
    """Its address is that of all nodes, separated by semicolons."""

    origin = "installed binaries"

    def __init__(self, binaries: Path) -> None:
        self.nodes: list[Node] = []
        self.port = 0  # each node has its own
        self.epmd = Epmd(binaries)
        try:
            for _ in range(NODES):
                self.nodes.append(Node(binaries, self.epmd))
            for node in self.nodes[1:]:
                node.join(self.nodes[0])
        except BaseException:
            self.close()
            raise

    def make_vhost(self, name: str) -> str:
        self.nodes[0].make_vhost(name)
        addresses = [f"amqp://guest:guest@{LOCAL}:{node.port}/{name}" for node in self.nodes]
        return ";".join(addresses)

    def ctl(self, *arguments: str) -> str:
        return next(node for node in self.nodes if node.ready()).ctl(*arguments)

    def ready(self) -> bool:
        return all(node.ready() for node in self.nodes)

    def start(self) -> None:
        for node in self.nodes:
            node.start()

    def kill(self) -> None:
        for node in self.nodes:
            node.kill()

    def close(self) -> None:
        for node in self.nodes:
            node.close()
        self.epmd.close()
