"""Where the sandbox of `make up` is: where the connections that were made for it point to."""

from liveplatform.accounts.models import Connection


def sandbox_port(wanted: int | None, otherwise: int) -> int:
    """The port to run it on: that of the stored connections; without any, `otherwise`.

    `wanted` has its way, and the stored connections move along.
    """
    known = _known()
    if wanted and known and wanted != known:
        Connection.objects.filter(base_url=sandbox_at(known)).update(base_url=sandbox_at(wanted))
    return wanted or known or otherwise


def sandbox_at(port: int) -> str:
    """Its address."""
    return f"http://127.0.0.1:{port}"


def _known() -> int | None:
    """Twilio itself is on nobody's own machine: the oldest such connection is the first start's."""
    local = Connection.objects.filter(
        provider=Connection.Provider.TWILIO, base_url__regex=f"^{sandbox_at(0)[:-1]}[0-9]{{1,5}}$"
    )
    url = local.order_by("pk").values_list("base_url", flat=True).first()
    return int(url.rpartition(":")[2]) if url else None
