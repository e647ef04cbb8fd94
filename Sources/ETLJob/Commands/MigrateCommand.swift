import ArgumentParser
import ETLCore

/// `etl-job migrate`: brings the schema up to date.
struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the schema up to date, or show where it stands.",
        discussion: """
            EXAMPLES
              etl-job migrate                       apply what is pending
              etl-job migrate --roles               also set up roles of least privilege
              etl-job migrate status                what is applied, what pending
              etl-job migrate --schema percentiles  into a schema of its own
            """,
        subcommands: [Up.self, Status.self], defaultSubcommand: Up.self)

    /// `etl-job migrate up`: applies what is pending.
    struct Up: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "up", abstract: "Apply the migrations that are pending, each in one transaction.",
            usage: "etl-job migrate [up] [<options>]",
            discussion: """
                --roles makes etl_writer, which loads batches and can change none of what was written before, and \
                etl_reader, which reads. Runs of whoever is a member of etl_writer work as etl_writer. The flag may be given \
                again at any time; later migrations keep the rights up to date without it.

                EXAMPLE
                  etl-job migrate up --database-url postgresql://owner@db.example.com/scores
                """)

        @OptionGroup(title: "Database and log") var database: DatabaseOptions
        @OptionGroup(title: "Database and log") var migrations: MigrationOptions

        @Flag(help: "Also make the roles etl_writer and etl_reader, and give them their rights on the schema.")
        var roles = false

        @Option(help: ArgumentHelp("Wait so long for a lock that others hold.", valueName: "seconds"))
        var lockWait = 60

        func validate() throws {
            if !(1...86_400).contains(lockWait) {
                throw ValidationError("--lock-wait is \(lockWait); it must be 1 to 86400 seconds.")
            }
        }

        func run() async throws {
            let logger = database.log.makeLogger()
            let session = try await database.open(logger, access: .readWrite)
            let migrator = try migrations.migrator(session, lockWait: lockWait)
            if roles {
                let report = try migrator.applyWithRoles(onApplied: show)
                summarise(report.applied, session)
                describe(report, session)
            } else {
                summarise(try migrator.apply(onApplied: show), session)
            }
        }

        private func show(_ migration: Migration) {
            StandardOutput.write("applied \(printable(migration.fileName))")
        }

        private func summarise(_ applied: [Migration], _ session: Session) {
            StandardOutput.write(
                applied.isEmpty
                    ? "Schema \(printable(session.schema)) is up to date."
                    : "\(counted(applied.count, "migration", "migrations")) applied to schema "
                        + "\(printable(session.schema)).")
        }

        private func describe(_ report: RoleReport, _ session: Session) {
            for role in report.created { StandardOutput.write("created role \(role)") }
            StandardOutput.write(
                """
                Rights on schema \(printable(session.schema)) granted: etl_writer loads batches and cannot change \
                history; etl_reader reads.
                """)
            let user = printable(session.connection.userName)
            StandardOutput.write(
                report.isMember
                    ? "Runs of \(user) work as etl_writer."
                    : "Runs of \(user) keep the rights of \(user), which is no member of etl_writer.")
            if !report.missing.isEmpty {
                StandardOutput.write("An administrator should run:")
                for statement in report.missing { StandardOutput.write("  \(printable(statement))") }
            }
        }
    }

    /// `etl-job migrate status`: shows what is applied.
    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Show which migrations are applied and which are pending.",
            discussion: """
                EXAMPLE
                  etl-job migrate status --json
                """)

        @OptionGroup(title: "Database and log") var database: DatabaseOptions
        @OptionGroup(title: "Database and log") var migrations: MigrationOptions

        @Flag(help: "Print the state as JSON.")
        var json = false

        func run() async throws {
            let logger = database.log.makeLogger()
            let session = try await database.open(logger)
            let status = try migrations.migrator(session).status()
            if json {
                try JSONOutput.print(["migrations": status])
                return
            }
            var table = TextTable([("version", .right), ("name", .left), ("applied at", .left)])
            for migration in status {
                table.append(["\(migration.version)", migration.name, migration.appliedAt ?? "pending"])
            }
            StandardOutput.write(table.render(Style(.standardOutput)))
        }
    }
}
