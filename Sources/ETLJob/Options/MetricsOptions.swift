import ArgumentParser

/// Where a run leaves its metrics.
struct MetricsOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Write the run's metrics for Prometheus to this file, also when it fails: FOLDER/etl_job.prom, in the "
                + "folder of node_exporter's textfile collector.",
            valueName: "file"))
    var metricsFile: String?

    @Option(
        help: ArgumentHelp(
            "How large the tables together may become, for the alert of growth and the report.", valueName: "bytes"))
    var growthLimit: Int?

    func validate() throws {
        if let metricsFile, metricsFile.isEmpty { throw ValidationError("--metrics-file needs a name.") }
        guard let growthLimit else { return }
        if growthLimit <= 0 { throw ValidationError("--growth-limit is \(growthLimit); it must be above 0.") }
    }
}
