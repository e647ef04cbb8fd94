import ArgumentParser
import ETLCore

/// `etl-job rejects`: what was rejected, and why.
struct RejectsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejects", abstract: "Show how many rows were rejected and why, or the rows themselves.",
        usage: "etl-job rejects [--batch <batch>] [--reason <reason>] [--rows] [<options>]",
        discussion: """
            EXAMPLES
              etl-job rejects                   counts by batch and reason
              etl-job rejects --batch 7 --rows  the rows, with their original text
              etl-job rejects --reason industry_unknown --rows --limit 5
            """)

    @Option(help: "Only this batch.")
    var batch: Int?

    @Option(help: "Only rows with this reason.")
    var reason: String?

    @Flag(help: "Show the rows instead of counts.")
    var rows = false

    @Option(help: "Show at most so many rows.")
    var limit = 100

    @OptionGroup(title: "Database and log") var database: DatabaseOptions
    @OptionGroup(title: "Database and log") var migrations: MigrationOptions

    @Flag(help: "Print the result as JSON.")
    var json = false

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit is \(limit); it must be 1 or more.") }
        if let reason, !RejectReason.allCases.map(\.rawValue).contains(reason) {
            throw ValidationError(
                "There is no reason \(printable(reason)). The reasons are: "
                    + RejectReason.allCases.map(\.rawValue).joined(separator: ", ") + ".")
        }
    }

    func run() async throws {
        let logger = database.log.makeLogger()
        let session = try await database.openCurrent(logger, migrations: migrations)
        if rows { try showRows(session) } else { try showCounts(session) }
    }

    private func showCounts(_ session: Session) throws {
        let counts = try session.rejectionCounts(batch: batch, reason: reason)
        if json {
            try JSONOutput.print(["rejections": counts])
            return
        }
        guard !counts.isEmpty else {
            StandardOutput.write("No rejected rows.")
            return
        }
        var table = TextTable([("batch", .right), ("reason", .left), ("rows", .right)])
        for count in counts { table.append(["\(count.batchID)", count.reason, grouped(count.rowCount)]) }
        table.appendRule()
        let totals = Dictionary(counts.map { ($0.reason, $0.rowCount) }, uniquingKeysWith: +)
        for (reason, total) in totals.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
            table.append(["all", reason, grouped(total)])
        }
        StandardOutput.write(table.render(Style(.standardOutput)))
        StandardOutput.write("A row with two reasons counts in both. The rows themselves: etl-job rejects --rows")
    }

    private func showRows(_ session: Session) throws {
        let rows = try session.rejectedRows(batch: batch, reason: reason, limit: limit)
        if json {
            try JSONOutput.print(["rows": rows])
            return
        }
        guard !rows.isEmpty else {
            StandardOutput.write("No rejected rows.")
            return
        }
        var table = TextTable([("batch", .right), ("row", .right), ("reasons", .left), ("raw", .left)])
        for row in rows {
            let raw = row.raw.count > 120 ? row.raw.prefix(119) + "…" : row.raw
            table.append(["\(row.batchID)", grouped(row.rowNumber), row.reasons, raw])
        }
        StandardOutput.write(table.render(Style(.standardOutput)))
        if rows.count == limit { StandardOutput.write("Only \(grouped(limit)) rows are shown; --limit N shows more.") }
    }
}
