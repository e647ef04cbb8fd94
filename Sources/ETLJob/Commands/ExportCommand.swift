import ArgumentParser
import ETLCore

/// `etl-job export`: the tables as CSV.
struct ExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the tables as CSV files, all from one snapshot of the database.",
        usage: "etl-job export [<folder>] [<options>]",
        discussion: """
            Writes scores, percentile_snapshots, rejected_assets, batch_distributions, batches, industries and \
            industry_aliases, each as FOLDER/<table>.csv in the order of its key. Files that stand there are replaced.

            EXAMPLE
              etl-job export --local /tmp/tables
            """)

    @Argument(help: "The folder that receives the files; made where it is missing.", completion: .directory)
    var folder = "export"

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the list of files as JSON.")
    var json = false

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.openCurrent(logger, migrations: migrations)
        let files = try Exporter(session: session, folder: folder).export { file in
            logger.debug("exported", metadata: ["table": "\(file.table)", "rows": "\(file.rows)"])
        }
        if json {
            try JSONOutput.print(["files": files])
            return
        }
        var table = TextTable([("table", .left), ("rows", .right), ("bytes", .right), ("file", .left)])
        for file in files { table.append([file.table, grouped(file.rows), grouped(file.bytes), file.path]) }
        StandardOutput.write(table.render(Style(.standardOutput)))
    }
}
