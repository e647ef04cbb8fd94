public import ArgumentParser
public import ETLCore

/// `etl-job drift`: whether the scores have moved.
struct DriftCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drift",
        abstract: "Show whether the scores have moved, per industry, or pin what they are compared with.",
        discussion: """
            The new batch is compared with the window before it (preceding_window: sudden change), and the current \
            window with a pinned one, by default the first (baseline: slow creep, shown as a trend). What alarms is \
            sudden change of more than the usual creep, or change beyond the trend.

            EXAMPLES
              etl-job drift                        as of the newest batch
              etl-job drift --industry cars --history
              etl-job drift --fail-on-drift        exit code 1 if somebody should look
              etl-job drift pin --batches 5-7      measure creep from there
            """,
        subcommands: [Show.self, DriftPinCommand.self], defaultSubcommand: Show.self)

    /// `etl-job drift show`: the drift as of a batch.
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "Show whether the scores have moved, per industry.",
            usage: """
                etl-job drift [show] [--as-of <as-of>] [--reference <reference>] [--industry <industry>] [<options>]
                """,
            discussion: """
                EXAMPLE
                  etl-job drift --as-of 7 --reference baseline
                """)

        @Option(help: "Show drift as of this batch (default: the newest).")
        var asOf: Int?

        @Option(help: "Only this reference.")
        var reference: DriftMeasurement.Reference?

        @Option(help: "Only this industry, by any of its labels; (all) for all of them pooled.")
        var industry: String?

        @Flag(help: "Show every batch up to this one.")
        var history = false

        @Flag(help: "Exit with 1 where there is an alarm.")
        var failOnDrift = false

        @OptionGroup(title: "Database and log") var database: DatabaseOptions
        @OptionGroup(title: "Database and log") var migrations: MigrationOptions

        @Flag(help: "Print the result as JSON, with all figures unrounded.")
        var json = false

        func run() async throws {
            let logger = database.log.makeLogger()
            let session = try await database.openCurrent(logger, migrations: migrations)
            var report = try session.drift(
                asOf: asOf, reference: reference, industry: industry,
                depth: history ? nil : DriftTable.sparklineLength)
            let hasAlarm = report.measurements.contains(where: \.isAlarm)
            if json {
                if !history { report.history = nil }
                try JSONOutput.print(report)
            } else {
                StandardOutput.write(DriftTable(report, showsHistory: history).text)
            }
            if failOnDrift && hasAlarm { throw ArgumentParser.ExitCode(ETLCore.ExitCode.no.rawValue) }
        }
    }
}

extension DriftMeasurement.Reference: ExpressibleByArgument {}
