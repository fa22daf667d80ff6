"""Every Lambda function of the system by name. One code base has two faces; the setting MINGXIN_FACE says which this is."""

from __future__ import annotations

import gc
from typing import Any

from chalice.app import BaseLambdaEvent, Chalice, CloudWatchEvent, Cron, Rate, SQSEvent

from chalicelib import settings, watching
from chalicelib.web import headers, rooms


class Window(Chalice):
    """A face. Its rooms open with the first request for them: a cold start pays for one room and not for forty."""

    def __init__(self, face: str) -> None:
        super().__init__(app_name="mingxin", configure_logs=False)  # Lambda writes logs as JSON
        self._face, self._opened = face, set[str]()
        self.register_middleware(watching.requests(face), "http")
        self.register_middleware(headers.finish(face), "http")

    def open(self, room: str) -> None:
        """Load a room, unless that is done."""
        if room not in self._opened:
            self.register_blueprint(rooms.blueprint(room))
            self._opened.add(room)

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The answer to a request as API Gateway hands it over."""
        room = rooms.room_of(self._face, event["requestContext"]["resourcePath"])
        if room is not None:
            self.open(room)
        answer: dict[str, Any] = super().__call__(event, context)
        return answer


def create_app(face: str) -> Window:
    """The app of a face with all its rooms open. ValueError for a face that is neither `public` nor `members`."""
    if face not in rooms.ROOMS:
        raise ValueError(f"MINGXIN_FACE is {face!r}: it must be public or members")
    window = Window(face)
    for room in rooms.ROOMS[face]:
        window.open(room)
    return window


app = Window(settings.face()) if settings.deployed() else create_app(settings.face())

# Schedules stand here and not in a blueprint: Lambda calls them by their name in this module.
if settings.face() == "public":

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def canary(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: look up the city's example organisation as a visitor does."""
        from chalicelib import jobs

        return jobs.canary()


if settings.face() == "members":
    from chalicelib import jobs

    def _seconds(event: BaseLambdaEvent) -> float:
        """How long this call may still take."""
        context: Any = event.context
        return float(context.get_remaining_time_in_millis()) / 1000

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def publish(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: publish what is behind."""
        return jobs.publish()

    @app.schedule(Cron(5, "*", "*", "*", "?", "*"))
    def expire(event: CloudWatchEvent) -> dict[str, int]:
        """Five minutes after every full hour, so at 16:05 UTC, which is 00:05 in Shanghai: end what has ended, let repairs take effect."""
        return jobs.expire(_seconds(event))

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def follow(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: propose measures for what came in, put it before recognisers, end measures whose term is over."""
        return jobs.follow()

    @app.schedule(Cron(10, 17, "*", "*", "?", "*"))
    def forget(event: CloudWatchEvent) -> dict[str, int]:
        """At 17:10 UTC, which is 01:10 in Shanghai: delete what was kept long enough."""
        return jobs.forget(_seconds(event))

    @app.schedule(Cron(20, "*", "*", "*", "?", "*"))
    def root(event: CloudWatchEvent) -> dict[str, int]:
        """Twenty minutes after every full hour, so also at 16:20 UTC, which is 00:20 in Shanghai: sign the roots of the trail."""
        return jobs.root()

    @app.on_sqs_message(queue_arn="the template says which", batch_size=1, name="more")
    def more(event: SQSEvent) -> dict[str, int]:
        """When a job had no time for all: go on where it was."""
        return jobs.more([record.body for record in event], _seconds(event))

    @app.schedule(Rate(1, unit=Rate.HOURS))
    def count(event: CloudWatchEvent) -> dict[str, int]:
        """Every hour: count what publicity holds."""
        return jobs.count()

    @app.on_sqs_message(queue_arn="the template says which", batch_size=1, name="reports")
    def reports(event: SQSEvent) -> dict[str, int]:
        """When a report was asked for: make its PDF and sign it."""
        return jobs.reports([record.body for record in event])

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def overdue(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: make the reports of which no message came."""
        return jobs.overdue()

    @app.on_sqs_message(queue_arn="the template says which", batch_size=1, name="notices")
    def notices(event: SQSEvent) -> dict[str, int]:
        """When somebody is to be told of something: send it."""
        return jobs.notices([record.body for record in event])

    @app.schedule(Cron(30, 0, "*", "*", "?", "*"))
    def remind(event: CloudWatchEvent) -> dict[str, int]:
        """At 00:30 UTC, which is 08:30 in Shanghai: tell everybody what is due for them."""
        return jobs.remind(_seconds(event))

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def deliver(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: send what no message of the queue told of."""
        return jobs.deliver(_seconds(event))

    @app.schedule(Rate(5, unit=Rate.MINUTES))
    def recall(event: CloudWatchEvent) -> dict[str, int]:
        """Every five minutes: go on with the batches that are taken back."""
        return jobs.recall(_seconds(event))

    @app.schedule(Cron(0, 17, "*", "*", "?", "*"))
    def bulletin(event: CloudWatchEvent) -> dict[str, int]:
        """At 17:00 UTC, which is 01:00 in Shanghai: count what was used, and make the bulletin that is due."""
        return jobs.bulletin()

    @app.schedule(Cron(0, 18, "*", "*", "?", "*"))
    def export(event: CloudWatchEvent) -> dict[str, int]:
        """At 18:00 UTC, which is 02:00 in Shanghai: keep what has changed since the last export, for the systems above."""
        return jobs.export()


# What is imported by now stays as long as the function: the collector never looks at it again, and at what a request makes only when
# it is much. A page of twenty records took a tenth longer without this.
gc.freeze()
gc.set_threshold(50_000, 20, 100)
