import ArgumentParser
import ETLCore

/// `etl-job growth`: how large the tables are, how fast they grow, and when they reach a limit.
struct GrowthCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "growth", abstract: "Show how large the tables are and when they reach a limit.",
        usage: "etl-job growth [--table <table>] [--limit <limit>] ... [<options>]",
        discussion: """
            Sizes are measured at every batch. Slopes and forecasts are straight lines through the measurements of \
            the last batches, with intervals of 95 %.

            EXAMPLES
              etl-job growth                              sizes and slopes
              etl-job growth --limit 50GB                 all tables together
              etl-job growth --table scores --limit 10000000rows --limit 2GB
            """)

    @Option(help: "Only this table; (all) is all of them together.")
    var table: String?

    @Option(
        help: """
            Say when this is reached, by --table or else by all tables together: bytes (50GB, with kB, MB, GB, TB; \
            each 1024 of the one before) or rows (10000000rows). May be given several times.
            """)
    var limit: [String] = []

    @Option(help: "Measure slopes over so many of the last batches, 3 or more.")
    var batches = GrowthForecast.usualBatchCount

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the result as JSON, unrounded.")
    var json = false

    func validate() throws {
        if batches < GrowthForecast.fewestBatches {
            throw ValidationError("--batches is \(batches); a slope takes \(GrowthForecast.fewestBatches) or more.")
        }
        for text in limit where GrowthLimit(text) == nil {
            throw ValidationError(
                "--limit \(printable(text)) is neither bytes nor rows; write for instance 50GB or 10000000rows.")
        }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.openCurrent(logger, migrations: migrations)
        let tables = try session.growth(batches: batches, table: table)
        let limits = limit.compactMap { GrowthLimit($0) }
        if json {
            try JSONOutput.print(GrowthJSON(tables, limits: limits))
        } else {
            StandardOutput.write(GrowthText(tables, limits: limits).text)
        }
    }
}
