/// A migration as the database has it.
public struct AppliedMigration: Sendable, Hashable {
    /// Its number.
    public let version: Int
    /// Verb and object.
    public let name: String
    /// SHA-256 of the file as it was applied, hex.
    public let sha256: String
    /// When, as ISO 8601 in UTC.
    public let appliedAt: String
}

/// What is to be done so that a database has all migrations.
public struct MigrationPlan: Sendable {
    /// Migrations to apply, in order.
    public let pending: [Migration]

    /// Compares the files with what the database has.
    ///
    /// - Throws: `JobError` (78) where an applied file was edited, or the database is newer than this program.
    public init(files: [Migration], applied: [AppliedMigration]) throws {
        let byVersion = Dictionary(files.map { ($0.version, $0) }) { first, _ in first }
        for migration in applied {
            guard let file = byVersion[migration.version] else {
                throw JobError(
                    .configuration,
                    "The database has migration \(migration.version) (\(migration.name)), which this program lacks: "
                        + "the database is newer.",
                    advice: "Use the etl-job that migrated it, or a newer one.")
            }
            guard file.sha256 == migration.sha256 else {
                throw JobError(
                    .configuration,
                    "Migration \(file.fileName) differs from what was applied at \(migration.appliedAt).",
                    advice: "Put the applied text back; a change goes into a new migration.")
            }
        }
        let appliedVersions = Set(applied.map(\.version))
        pending = files.filter { !appliedVersions.contains($0.version) }
        if let hole = pending.first, let newest = appliedVersions.max(), hole.version < newest {
            throw JobError(.configuration, "Migration \(hole.fileName) was skipped: the database is at \(newest).")
        }
    }
}
