"""The doorbell's own weaknesses: a broker that is lost at the wrong moment ends no worker."""

from liveplatform.celery import app


def test_a_channel_with_messages_in_hand_closes_though_its_connection_is_gone():
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("lost-bells")
        queue.put("ring")
        channel = queue.channel
        message = channel.basic_get("lost-bells", no_ack=False)
        assert message is not None
        channel.qos.append(message, message.delivery_tag)
        channel._pool = channel._async_pool = None
        channel.__dict__.pop("client", None)
        before, channel.connection.client = channel.connection.client, None
        try:
            channel.qos.restore_unacked_once()
        finally:
            channel.connection.client = before
