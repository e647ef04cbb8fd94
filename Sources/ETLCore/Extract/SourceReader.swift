internal import Logging
internal import PostgresClient

/// Reads raw batches from another database by a query, with rights to select only.
///
/// Each batch is read in one read-only snapshot; where batches are listed, it must be in the list of that very
/// snapshot: so a replica that lags behind the one that gave the list is found out. Passing failures are tried again.
final class SourceReader {
    private let query: SourceQuery
    private let limits: TimeLimits
    private let interruption: Interruption
    private let logger: Logger
    private var connection: Connection?
    /// Whether the source has answered in this run.
    private var wasReached = false

    init(_ query: SourceQuery, limits: TimeLimits, interruption: Interruption, logger: Logger) {
        (self.query, self.limits, self.interruption, self.logger) = (query, limits, interruption, logger)
        // No empty setting would do: libpq passes it by, and takes the variable.
        JobVariables.withdraw()
    }

    deinit { connection?.close() }

    /// The batches that can be read, in the order of their numbers.
    ///
    /// - Throws: `JobError`, or `Interrupted`.
    func batches() throws -> [BatchSource] {
        let ids = try query.batchID.map { [$0] } ?? persistently("listing the batches") { try list($0) }.sorted()
        return ids.map { batchID in
            BatchSource(
                batchID: batchID, location: .query(query), format: .jsonArray, byteSize: nil, modifiedAtSeconds: nil)
        }
    }

    /// Reads the rows of a batch and keeps them in a temporary file.
    ///
    /// - Throws: `JobError`, or `Interrupted`.
    func read(_ source: BatchSource) throws -> BatchSource {
        try persistently("batch \(source.batchID)") { connection in
            if query.batches != nil, try !list(connection).contains(source.batchID) {
                throw Lagging()
            }
            let input = try SpooledInput.keep(source.name) { send in
                try connection.readRows(
                    query.rows, [source.batchID], name: query.path, interruption.check, send)
            }
            return source.keeping(input, as: .jsonArray)
        }
    }

    /// The numbers that the list of the closed batches has.
    private func list(_ connection: Connection) throws -> Set<Int> {
        guard let statement = query.batches else { return [] }
        var ids: Set<Int> = []
        try connection.stream(statement) { columns in
            guard columns.isEmpty else { return }
            throw JobError(.configuration, "The query of --source-batches returns no columns.")
        } _: { row in
            let text = row[0].map { String(decoding: $0, as: UTF8.self) }
            guard let id = text.flatMap({ Int($0) }), (0...BatchFolder.largestBatchID).contains(id) else {
                throw JobError(
                    .dataRefused,
                    "The query of --source-batches returned a batch that is no whole number from 0 on.",
                    advice: "Its first column is the number of each batch that is complete and will not change.")
            }
            ids.insert(id)
        }
        return ids
    }

    /// The server lacks a batch that another had listed.
    private struct Lagging: Error {}

    /// Runs a body in a read-only snapshot of the source; again on a fresh connection where it failed in passing.
    private func persistently<Value>(_ task: String, _ body: (Connection) throws -> Value) throws -> Value {
        let retries = Retries(for: limits.retryFor)
        while true {
            do {
                let connection = try opened()
                return try connection.transaction(
                    .snapshotReadOnly,
                    opening: [Call(SQL.setSourceSettings, ["\(limits.keepaliveInterval.components.seconds)"])]
                ) { _ in
                    try body(connection)
                }
            } catch let error as PostgresError {
                try interruption.check()
                connection?.close()
                connection = nil
                // Nothing may be written here: what a query writes fails for ever.
                let isPassing =
                    error.sqlState != "25006"
                    && (error.isRetryable || error.isCommitInDoubt || (wasReached && error.isConnectionGone))
                guard isPassing, let pause = retries.nextPause() else { throw failure(error, task) }
                Session.announce(error, pause, logger, of: "source database: ")
                try interruption.sleep(for: pause)
            } catch is Lagging {
                connection?.close()
                connection = nil
                guard let pause = retries.nextPause() else {
                    throw JobError(
                        .tryAgain,
                        "Source database, \(task): it was listed as closed, and then was in the list no more.",
                        advice: "A replica that lags behind the one asked first, or a list that takes batches back. "
                            + "Run again, or name one server as the source.")
                }
                try interruption.sleep(for: pause)
            } catch {
                connection?.close()
                connection = nil
                throw error
            }
        }
    }

    /// What an error of the source means: its queries and rows are the user's, no part of the job.
    private func failure(_ error: PostgresError, _ task: String) -> JobError {
        var failure = JobError(error, during: "Source database, \(task)", wasReached: wasReached)
        func judged(_ code: ExitCode, _ advice: String) -> JobError { JobError(code, failure.message, advice: advice) }
        let queries = "Mend the query in \(query.path)\(query.batches == nil ? "" : ", or that of the batches")"
        guard [.statementFailed, .unexpectedResult].contains(error.kind) else {
            if error.kind == .connectionLost {
                failure.advice =
                    "Run again when the source is back. A query that takes long before its first row needs a longer "
                    + "--retry-for."
            }
            return failure
        }
        guard let state = error.sqlState else { return judged(.configuration, "\(queries): it must be one select.") }
        switch (state, state.prefix(2)) {
        case ("25006", _):
            return judged(.configuration, "\(queries): it may select only, and is run in a read-only transaction.")
        case ("42501", _):
            return judged(.configuration, "Grant the source's user select on the tables of the query.")
        case ("57014", _):
            return judged(
                .tryAgain, "The query was cancelled, or took longer than statement_timeout of the source's user allows."
            )
        case (_, "42"), (_, "3F"), (_, "0A"), (_, "26"), (_, "54"): return judged(.configuration, "\(queries).")
        case (_, "21"), (_, "22"), (_, "23"), (_, "38"), (_, "39"), (_, "P0"):
            return judged(
                .dataRefused, "\(queries), or the rows that it fails on; the source server's log has its own words.")
        default: return failure
        }
    }

    /// The connection to the source, made where there is none.
    private func opened() throws -> Connection {
        if let connection, connection.isUsable { return connection }
        let password = try query.passwordCommand?.password(check: interruption.check)
        let fresh = try Connection(
            database: query.database, defaults: limits.connectionSettings(applicationName: "etl-job source"),
            password: password, check: interruption.check)
        fresh.answerLimit = limits.answer
        try interruption.watch(fresh, as: .source)
        try requireParameters(fresh)
        connection = fresh
        wasReached = true
        return fresh
    }

    /// Refuses queries that cannot be asked: the one of the rows takes the batch's number, the other nothing.
    private func requireParameters(_ connection: Connection) throws {
        try connection.transaction(.snapshotReadOnly) {
            let count = try connection.prepareOnly(query.rows)
            guard count == 1 else {
                throw JobError(
                    .configuration,
                    "The query \(query.path) has \(count) parameters; it must have one, $1, the number of the batch.",
                    advice: "Select the rows of one batch: where batch_id = $1.")
            }
            guard let batches = query.batches else { return }
            guard try connection.prepareOnly(batches) == 0 else {
                throw JobError(
                    .configuration, "The query of --source-batches has parameters; it must have none.",
                    advice: "Let it return the number of every closed batch.")
            }
        }
    }
}
