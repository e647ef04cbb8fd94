internal import PostgresClient

extension Migrator {
    /// Runs a body in a transaction that holds the job's lock.
    ///
    /// - Parameter subject: what is being worked on when a lock is not to be had.
    /// - Throws: `JobError` (75) that names who is in the way, or the body's error.
    @discardableResult
    func lockedTransaction<Value>(_ subject: @autoclosure () -> String, _ body: () throws -> Value) throws -> Value {
        do {
            return try session.connection.transaction(.readCommitted) {
                try setSettings()
                try session.connection.execute(SQL.lockSchema, [session.schema])
                return try body()
            }
        } catch let error as PostgresError where error.sqlState == "55P03" {
            throw lockFailure(error, subject())
        }
    }

    /// Runs a body in a read-only transaction that sees one snapshot of the database.
    ///
    /// - Throws: `JobError` (75) that names who is in the way, or the body's error.
    func snapshot<Value>(_ body: () throws -> Value) throws -> Value {
        do {
            return try session.connection.transaction(.snapshotReadOnly) {
                try setSettings()
                try session.connection.execute(SQL.setExportSettings, [session.quotedSearchPath])
                return try body()
            }
        } catch let error as PostgresError where error.sqlState == "55P03" {
            throw lockFailure(error, "schema \(session.schema)")
        }
    }

    private func setSettings() throws {
        try session.connection.execute(SQL.setMigrationSettings, [session.quotedSearchPath, "\(lockWait)s"])
    }

    private func lockFailure(_ error: PostgresError, _ subject: String) -> JobError {
        let isJobLock = error.statement == SQL.lockSchema
        let holders = isJobLock ? [session.schemaLockHolder()].compactMap { $0 } : session.tableLockHolders()
        return JobError(
            .tryAgain,
            "\(isJobLock ? "The job's lock" : "A lock") for \(subject) was not to be had within \(lockWait) s."
                + (holders.isEmpty ? "" : " In the way:") + holders.map { "\n  \($0)" }.joined(),
            advice: """
                Nothing of it was kept. Run the command again when that transaction has ended; its owner or an \
                administrator can end it with pg_terminate_backend(pid).
                """)
    }
}
