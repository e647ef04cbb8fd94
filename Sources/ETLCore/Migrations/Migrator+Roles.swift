internal import PostgresClient

/// What was done so that runs work as `etl_writer` and people read as `etl_reader`.
public struct RoleReport: Sendable {
    /// Roles that were made; the others were there.
    public var created: [String] = []
    /// Migrations that were applied.
    public var applied: [Migration] = []
    /// Whether runs of the connected user work as `etl_writer`.
    public var isMember = false
    /// What somebody with more rights must still run, one statement each.
    public var missing: [String] = []
}

/// The roles as the server and the schema have them.
struct RoleState {
    let hasWriter: Bool
    let hasReader: Bool
    let mayCreateRoles: Bool
    let mayBeWriter: Bool
    /// Whether the roles have been given rights on the schema.
    let isGranted: Bool
    /// Whose the tables are, where they are not the connected user's.
    let foreignOwner: String?
    let writerMayMakeWorkTables: Bool
}

extension Migrator {
    /// The names of the roles: of who loads, and of who reads.
    static let roleNames = (writer: "etl_writer", reader: "etl_reader")

    /// Applies what is pending, makes the roles where they are missing, and gives them their rights on the schema;
    /// other rights there they lose.
    ///
    /// - Parameter onApplied: is told of each migration after it was committed.
    /// - Throws: `JobError`: 78 with the statements for somebody with more rights, where the connected user may not do
    ///   it; and as `apply`.
    public func applyWithRoles(onApplied: (Migration) -> Void = { _ in }) throws -> RoleReport {
        try translatingErrors("setting up the roles of") {
            var report = RoleReport()
            report.created = try createRoles()
            try admitUser(&report)
            report.applied = try apply(givingRights: true, onApplied: onApplied)
            if report.applied.isEmpty {
                try lockedTransaction("schema \(session.schema)") { try session.connection.execute(SQL.grantRights) }
            }
            return report
        }
    }

    /// Brings the schema of a server that is the job's own up to date, with the roles.
    ///
    /// - Throws: as `applyWithRoles`.
    public func prepare() throws {
        try translatingErrors("preparing") {
            let isCurrent = try status().allSatisfy { $0.appliedAt != nil } && roles().isGranted
            if !isCurrent { _ = try applyWithRoles() }
        }
    }

    func roles() throws -> RoleState {
        let row = try session.connection.executeOne(SQL.inspectRoles, [session.schema])
        return RoleState(
            hasWriter: try row.get("has_writer"), hasReader: try row.get("has_reader"),
            mayCreateRoles: try row.get("may_create_roles"), mayBeWriter: try row.get("may_be_writer"),
            isGranted: try row.get("is_granted"), foreignOwner: try row.getOptional("foreign_owner"),
            writerMayMakeWorkTables: try row.get("writer_may_make_work_tables"))
    }

    private func createRoles() throws -> [String] {
        let state = try roles()
        if let owner = state.foreignOwner {
            throw JobError(
                .configuration,
                "The tables of schema \(session.schema) belong to \(owner); \(session.connection.userName) may not give "
                    + "rights on them.",
                advice: "Run etl-job migrate --roles as \(owner).")
        }
        let missing =
            (state.hasWriter ? [] : [Self.roleNames.writer]) + (state.hasReader ? [] : [Self.roleNames.reader])
        guard !missing.isEmpty else { return [] }
        guard state.mayCreateRoles else {
            let user = try session.connection.quoteIdentifier(session.connection.userName)
            throw JobError(
                .configuration,
                "\(missing.joined(separator: " and ")) \(missing.count == 1 ? "does" : "do") not exist, and "
                    + "\(session.connection.userName) may not create roles.",
                advice: """
                    Let an administrator run this, then run etl-job migrate --roles again:
                    \(missing.map { "  create role \($0) nologin;\n" }.joined())\
                      grant \(Self.roleNames.writer) to \(user);
                    """)
        }
        try session.connection.execute(SQL.createRoles)
        return missing
    }

    /// Lets the connected user's runs work as `etl_writer`, and `etl_writer` make its work tables.
    private func admitUser(_ report: inout RoleReport) throws {
        let connection = session.connection
        if try !roles().mayBeWriter { try tryTo { try connection.execute(SQL.admitUser) } }
        let database = try connection.quoteIdentifier(connection.databaseName)
        if try !roles().writerMayMakeWorkTables {
            let sql = SQL.grantWorkTables.sql.replacing(":\"database\"", with: database)
            try tryTo { try connection.execute(Statement(name: SQL.grantWorkTables.name, sql: sql)) }
        }
        let state = try roles()
        report.isMember = state.mayBeWriter
        if !state.mayBeWriter {
            let user = try connection.quoteIdentifier(connection.userName)
            report.missing.append("grant \(Self.roleNames.writer) to \(user);")
        }
        if !state.writerMayMakeWorkTables {
            report.missing.append("grant temporary on database \(database) to \(Self.roleNames.writer);")
        }
    }

    /// Does what may be forbidden, or be done by another migration at the same moment: its result is looked up.
    private func tryTo(_ body: () throws -> Void) throws {
        for _ in 0..<5 {
            do {
                return try body()
            } catch let error as PostgresError {
                switch error.sqlState ?? "" {
                case "42501": return
                // Two sessions changed one row of the catalogue at the same moment.
                case "23505", "XX000": continue
                default: throw error
                }
            }
        }
    }
}
