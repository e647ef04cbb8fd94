import ArgumentParser
import ETLCore
import Foundation

/// Raw rows from SQL instead of files: the inbox, or a query on another database.
struct SourceOptions: ParsableArguments {
    @Flag(help: "Claim what waits in the table inference_results, as the next batch.")
    var fromInbox = false

    @Option(help: ArgumentHelp("Inbox: make no batch of fewer rows (default 1).", valueName: "rows"))
    var minRows: Int?

    @Option(help: ArgumentHelp("Inbox: put no more rows into a batch; make several of them.", valueName: "rows"))
    var maxRows: Int?

    @Option(
        help: ArgumentHelp(
            "Inbox: load also fewer rows than --min-rows once one of them has waited so long.", valueName: "seconds"))
    var maxWait: Int?

    @Option(
        help: ArgumentHelp(
            "Inbox: keep the claimed rows of so many of the newest batches, and delete older ones (default 3).",
            valueName: "batches"))
    var keepClaimed: Int?

    @Option(
        name: .customLong("source-url"),
        help: ArgumentHelp(
            "Query: the database to read raw rows from; the right to select is enough. Else ETL_SOURCE_URL.",
            valueName: "url"))
    var sourceURL: String?

    @Option(
        help: ArgumentHelp(
            "Query: as --password-command, for the source database. Else ETL_SOURCE_PASSWORD_COMMAND.",
            valueName: "command"))
    var sourcePasswordCommand: String?

    @Option(
        help: ArgumentHelp(
            "Query: a file with a select of the rows of batch $1: id, score and industry, or payload (JSON).",
            valueName: "file"),
        completion: .file(extensions: ["sql"]))
    var sourceQuery: String?

    @Option(
        help: ArgumentHelp(
            "Query: a file with a select of the numbers of all closed batches; without it, --batch-id says which.",
            valueName: "file"),
        completion: .file(extensions: ["sql"]))
    var sourceBatches: String?

    /// Refuses options that contradict each other.
    ///
    /// - Parameters:
    ///   - path: of the raw batches, where one is given.
    ///   - batchID: of `--batch-id`.
    ///   - through: of `--through`.
    /// - Throws: `ValidationError`.
    func validate(path: String?, batchID: Int?, through: Int?) throws {
        let names = [fromInbox ? "--from-inbox" : nil, sourceQuery.map { _ in "--source-query" }].compactMap { $0 }
        if names.count == 2 || (path != nil && !names.isEmpty) {
            let all = (path.map { [printable($0)] } ?? []) + names
            throw ValidationError("\(all.joined(separator: " and ")) name two sources of rows; give one of them.")
        }
        if !fromInbox {
            let given = [
                ("--min-rows", minRows), ("--max-rows", maxRows), ("--max-wait", maxWait),
                ("--keep-claimed", keepClaimed),
            ].first { $0.1 != nil }
            if let given { throw ValidationError("\(given.0) goes with --from-inbox.") }
        } else if through != nil {
            throw ValidationError("--through goes with numbered batches; the inbox's rows have no number yet.")
        }
        if sourceQuery == nil {
            if sourceURL != nil { throw ValidationError("--source-url goes with --source-query.") }
            if sourcePasswordCommand != nil {
                throw ValidationError("--source-password-command goes with --source-query.")
            }
            if sourceBatches != nil { throw ValidationError("--source-batches goes with --source-query.") }
        } else if (sourceBatches == nil) == (batchID == nil) {
            throw ValidationError("--source-query needs --source-batches or --batch-id, and not both.")
        }
        for (name, value, least) in [
            ("--min-rows", minRows, 1), ("--max-rows", maxRows, 1), ("--max-wait", maxWait, 0),
            ("--keep-claimed", keepClaimed, 0),
        ] {
            if let value, value < least { throw ValidationError("\(name) is \(value); it must be \(least) or more.") }
        }
        if let minRows, let maxRows, minRows > maxRows {
            throw ValidationError(
                "--min-rows \(minRows) is more than --max-rows \(maxRows): no batch could ever be made.")
        }
    }

    /// What the options name; nil where they name nothing and rows come from files.
    ///
    /// - Throws: `JobError`: 66 where a query's file cannot be read, 78 where no source database is named.
    func input(batchID: Int?) throws -> RunInput? {
        if fromInbox {
            var inbox = Inbox()
            inbox.minimumRows = minRows ?? inbox.minimumRows
            inbox.maximumRows = maxRows
            inbox.maximumWait = maxWait
            inbox.keptBatches = keepClaimed ?? inbox.keptBatches
            inbox.firstBatchID = batchID
            return .inbox(inbox)
        }
        guard let sourceQuery else { return nil }
        let environment = ProcessInfo.processInfo.environment
        guard let database = sourceURL ?? environment["ETL_SOURCE_URL"], !database.isEmpty else {
            throw JobError(
                .configuration, "No source database is named.",
                advice: "Set --source-url or ETL_SOURCE_URL: postgresql://user@host:port/name.")
        }
        var query = try SourceQuery(
            database: database, rowsPath: sourceQuery, batchesPath: sourceBatches, batchID: batchID)
        query.passwordCommand = .choose(
            sourcePasswordCommand, "--source-password-command", "ETL_SOURCE_PASSWORD_COMMAND")
        return .query(query)
    }

    /// What the rows come from, for a sentence.
    var place: String? { fromInbox ? "inference_results" : sourceQuery }
}
