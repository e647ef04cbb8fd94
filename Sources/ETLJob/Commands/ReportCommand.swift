import ArgumentParser
import ETLCore

/// `etl-job report`: the page to look at.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Write one HTML page that shows whether everything is all right.",
        usage: "etl-job report [--output <file>] [<options>]",
        discussion: """
            The page needs nothing but a browser: charts of scores, drift, rejects, growth, movers and run times, each \
            with its values as a table. A file that stands there is replaced when the new one is complete.

            EXAMPLES
              etl-job report
              etl-job report --output /var/www/scores.html --limit 50GB
            """)

    @Option(name: .shortAndLong, help: "The file that receives the page.", completion: .file(extensions: ["html"]))
    var output = "report.html"

    @Option(help: "Say when the tables together reach this size: 50GB, 800MB.")
    var limit: String?

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print what was written, and the headline, as JSON.")
    var json = false

    func validate() throws {
        if let limit, GrowthLimit(limit)?.unit != .bytes {
            throw ValidationError(
                "--limit \(printable(limit)) is no size; write for instance 50GB. Limits of rows: etl-job growth.")
        }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        CommandEnd.describe(as: "report_finished") { ["bytes": .null] }
        try Reporter.requireWritable(output)
        let session = try await database.openCurrent(logger, migrations: migrations)
        let file = try Reporter(session: session, limit: limit.flatMap { GrowthLimit($0)?.amount }).write(to: output)
        CommandEnd.describe(as: "report_finished") { ["bytes": .integer(file.bytes)] }
        if json {
            try JSONOutput.print(file)
            return
        }
        StandardOutput.write("\(printable(file.headline)).")
        for finding in file.findings { StandardOutput.write("  \(printable(finding))") }
        StandardOutput.write("Written: \(printable(file.path)) (\(grouped(file.bytes)) bytes)")
    }
}
