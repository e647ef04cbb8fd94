"""What a night and a month cost, from the prices and assumptions of conceptual/costs.json; no text."""
GB = 10**9
BYTES_PER_IO = 4096


class Model:
    """One night and one month at one size; dollars are those of a month."""

    def __init__(self, data: dict, size: dict):
        self.size = size
        self.usd = {name: price["usd"] for name, price in data["prices"].items()}
        self.given = {name: assumption["value"] for name, assumption in data["assumptions"].items()}
        self.assets = size["assets"]

    def __getattr__(self, name):
        return self.__dict__["given"][name]

    # A night

    @property
    def load_seconds(self) -> float:
        return self.assets * self.load_seconds_per_million / 1e6

    @property
    def snapshots_after_history(self) -> float:
        return self.assets * self.snapshots_per_asset * self.nights * self.months_kept

    @property
    def verify_seconds(self) -> float:
        return self.snapshots_after_history / self.verified_per_second

    @property
    def accepted(self) -> float:
        return self.assets * (1 - self.reject_share)

    @property
    def snapshot_bytes_a_night(self) -> float:
        return self.accepted * self.snapshots_per_asset * self.snapshot_bytes

    @property
    def distribution_bytes_a_night(self) -> float:
        return min(self.assets, self.distribution_rows) * self.distribution_bytes

    @property
    def rejected_bytes_a_night(self) -> float:
        return self.assets * self.reject_share * self.reject_bytes

    @property
    def bytes_a_night(self) -> float:
        return (
            self.snapshot_bytes_a_night
            + self.accepted * self.score_bytes
            + self.distribution_bytes_a_night
            + self.rejected_bytes_a_night
        )

    # A month of the database

    @property
    def stored_bytes(self) -> float:
        return self.bytes_a_night * self.nights * self.months_kept + 4 * self.assets * (self.window_bytes + self.inbox_bytes)

    def storage(self, price="storage") -> float:
        return self.stored_bytes / GB * self.usd[price]

    @property
    def storage_of_90_days(self) -> float:
        dropped = self.snapshot_bytes_a_night * (self.nights * self.months_kept - 90)
        return (self.stored_bytes - dropped) / GB * self.usd["storage"]

    @property
    def io(self) -> float:
        per_asset = self.log_bytes_per_asset / BYTES_PER_IO + self.size["read_io"]
        return self.assets * per_asset * self.nights / 1e6 * self.usd["io"]

    @property
    def idle_capacity(self) -> float:
        return self.size["acu_idle"] * self.hours * self.usd["acu_hour"]

    def added_capacity(self, seconds: float) -> float:
        return (self.size["acu_busy"] - self.size["acu_idle"]) * seconds / 3600 * self.usd["acu_hour"]

    @property
    def busy_capacity(self) -> float:
        return self.added_capacity(self.load_seconds * self.nights + self.verify_seconds * self.size["verify_nights"])

    @property
    def database(self) -> float:
        return self.idle_capacity + self.busy_capacity + self.storage() + self.io

    @property
    def database_optimized(self) -> float:
        capacity = (self.idle_capacity + self.busy_capacity) / self.usd["acu_hour"] * self.usd["acu_hour_optimized"]
        return capacity + self.storage("storage_optimized")

    # A month of what drives it

    def tasks(self, nights: float, seconds: float) -> float:
        hourly = self.size["vcpu"] * self.usd["fargate_vcpu"] + self.size["memory_gb"] * self.usd["fargate_gb"]
        return nights * max(60, self.task_start_seconds + seconds) / 3600 * hourly

    @property
    def fargate(self) -> float:
        report = self.tasks(self.nights, 0)
        return self.tasks(self.nights, self.load_seconds) + report + self.tasks(self.size["verify_nights"], self.verify_seconds)

    @property
    def awslambda(self):
        if self.load_seconds > 900:
            return None
        return self.nights * self.load_seconds * self.lambda_gb * self.usd["lambda_gb_second"]

    @property
    def glue(self) -> float:
        return self.nights * max(60, self.load_seconds) / 3600 * self.size["dpu"] * self.usd["glue_dpu_hour"]

    @property
    def streaming(self) -> float:
        kpus = self.size["kpu"] + 1
        return (
            self.size["shards"] * self.hours * self.usd["kinesis_shard_hour"]
            + self.assets * self.nights / 1e6 * self.usd["kinesis_put"]
            + kpus * self.hours * self.usd["flink_kpu_hour"]
            + self.size["kpu"] * 50 * self.usd["flink_storage"]
        )

    @property
    def watching(self) -> float:
        return (
            self.transitions * self.nights * self.usd["transition"]
            + self.alarms * self.usd["alarm"]
            + self.metrics * self.usd["metric"]
            + self.log_gb * self.usd["log_gb"]
            + self.image_gb * self.usd["image_gb"]
            + self.keys * self.usd["key"]
        )

    # A month of monitoring

    @property
    def metrics_and_alarms(self) -> float:
        return self.metrics * self.usd["metric"] + self.alarms * self.usd["alarm"]

    @property
    def measurements(self) -> float:
        return self.measured_bytes * self.nights * self.months_kept / GB * self.usd["storage"]

    @property
    def verifying(self) -> float:
        nights = self.size["verify_nights"]
        return self.added_capacity(self.verify_seconds * nights) + self.tasks(nights, self.verify_seconds)

    def reading(self, size: float) -> float:
        return size / self.page_bytes * self.nights / 1e6 * self.usd["io"]

    @property
    def scores_bytes(self) -> float:
        return self.accepted * self.score_bytes * self.nights * self.months_kept

    @property
    def network(self) -> float:
        return self.endpoints * self.hours * self.usd["endpoint_hour"]

    @property
    def total(self) -> float:
        return self.database + self.fargate + self.watching + self.network

    # Limits

    @property
    def months_to_limit(self) -> float:
        return self.storage_limit_tib * 2**40 / (self.bytes_a_night * self.nights)
