internal import PostgresClient

/// Somebody who holds a lock that the job waits for, as far as the connected user may know.
public struct LockHolder: Sendable, Hashable {
    /// Process id of the server's backend; nil for a transaction prepared for two-phase commit.
    public let pid: Int?
    /// User of the session.
    public let user: String?
    /// What the session calls itself, for instance `psql`.
    public let applicationName: String?
    /// Host name or address of the client, or `this server's socket`.
    public let host: String?
    /// Beginning of its transaction, as ISO 8601 in UTC.
    public let since: String?
    /// The statement that it runs, or ran last, in one short line without values.
    public let query: String?
    /// Whether the statement is running; not where the transaction waits for its client.
    public let isActive: Bool
    /// The strongest lock that it holds on a table of the schema, for instance `AccessExclusiveLock`.
    public let lockMode: String?
    /// That table.
    public let table: String?

    init(_ row: Row) throws {
        pid = try row.getOptional("pid")
        user = try row.getOptional("user_name")
        applicationName = try row.getOptional("application_name")
        host = try row.getOptional("host")
        since = try row.getOptional("since")
        query = try row.getOptional("query", as: String.self).map { QueryExcerpt($0).text }
        isActive = try row.getOptional("is_active") ?? false
        lockMode = try row.getOptional("lock_mode")
        table = try row.getOptional("table_name")
    }
}

extension LockHolder: CustomStringConvertible {
    /// One line for a person: `process 4711 (user ada, psql, from 10.0.0.7), since 2025-01-31T09:30:00Z, …`.
    public var description: String {
        var text = pid.map { "process \($0)" } ?? "a prepared transaction (see pg_prepared_xacts)"
        let facts = [user.map { "user \($0)" }, applicationName, host.map { "from \($0)" }].compactMap { $0 }
        if !facts.isEmpty { text += " (\(facts.joined(separator: ", ")))" }
        if let since { text += ", since \(since)" }
        if let lockMode, let table { text += ", \(lockMode) on \(table)" }
        if let query, !query.isEmpty { text += ", \(isActive ? "running" : "idle after"): \(query)" }
        return text
    }
}

extension Session {
    /// Who holds the lock of the job on the schema; nil where nobody does any more, or it cannot be told.
    ///
    /// To be called when the transaction that waited in vain has been rolled back.
    public func schemaLockHolder() -> LockHolder? {
        lockHolders(SQL.readSchemaLockHolder, [schema]).first
    }

    /// Who holds locks on tables of the schema, the strongest lock first; empty where nobody does any more, or it
    /// cannot be told.
    ///
    /// To be called when the transaction that waited in vain has been rolled back.
    public func tableLockHolders(limit: Int = 3) -> [LockHolder] {
        lockHolders(SQL.listLockHolders, [schema, limit])
    }

    /// A failure to find out who is in the way must not hide that somebody is.
    private func lockHolders(_ statement: Statement, _ parameters: [any PostgresEncodable]) -> [LockHolder] {
        (try? connection.execute(statement, parameters).map(LockHolder.init)) ?? []
    }
}
