"""What teammates do in the workspace's settings, and the log of it."""

from typing import Any

from intercom_pipeline.sandbox import content
from intercom_pipeline.sandbox.collection import Record
from intercom_pipeline.sandbox.state import State


class ActivityChanges(State):
    """A workspace's activity logs, growing."""

    def log_activity(
        self, activity_type: str = "admin_login_success", *, admin_id: str | None = None, **fields: Any
    ) -> Record:
        """Log what an admin, the first unless named, did now; fields replace what is told of it."""
        with self.lock:
            admins = self.collections["admins"]
            admin = admins.get(admin_id) if admin_id is not None else next(iter(admins))
            identity = self._new_id("activity_logs")
            told = content.activity(identity, admin, self.clock.seconds(), kind=activity_type)
            return self.create("activity_logs", **(told | fields))

    def set_away(self, admin_id: str, *, away: bool = True) -> Record:
        """Let an admin go away, or come back, which is logged; returns the admin."""
        with self.lock:
            admin = self.update("admins", admin_id, away_mode_enabled=away)
            log = self.log_activity("admin_away_mode_change", admin_id=admin_id)
            turned = "on" if away else "off"
            self.update(
                "activity_logs",
                log["id"],
                metadata=log["metadata"] | {"away_mode": away},
                activity_description=f"{admin['name']} turned {turned} away mode.",
            )
            return admin
