import ArgumentParser
import ETLCore
import Foundation
import Logging

/// Which database and schema a command works on.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("database-url"),
        help: """
            The database: postgresql://user@host:port/name, or keyword=value pairs. A password is better kept in the \
            password file or PGPASSWORD.
            """)
    var databaseURL: String?

    @Option(
        help: ArgumentHelp(
            "Have /bin/sh run this at every connect; the first line that it prints is the password, for instance a "
                + "token that lives for minutes. Else ETL_PASSWORD_COMMAND.",
            valueName: "command"))
    var passwordCommand: String?

    @Flag(help: "Use a private PostgreSQL under .local/ of this folder, started where it is not running.")
    var local = false

    @Option(help: "The schema of the job's tables.")
    var schema = "public"

    @OptionGroup var log: LogOptions

    func validate() throws {
        if local && databaseURL != nil {
            throw ValidationError("--local and --database-url name two databases; give one of them.")
        }
        if local && passwordCommand != nil {
            throw ValidationError("The private server of --local asks for no password; leave --password-command out.")
        }
        if passwordCommand == "" { throw ValidationError("--password-command needs a command.") }
        if schema.isEmpty { throw ValidationError("--schema needs a name.") }
    }

    /// Connects, and says on standard error which database is in use.
    ///
    /// - Parameter started: is called when a private server runs, before connecting.
    func open(
        _ logger: Logger, access: Session.Access = .any, limits: TimeLimits = TimeLimits(),
        interruption: Interruption = Interruption(), started: () -> Void = {}
    ) async throws -> Session {
        let target = try DatabaseTarget.choose(
            url: databaseURL, isLocal: local, environment: ProcessInfo.processInfo.environment,
            folder: FileManager.default.currentDirectoryPath,
            isTerminal: Output.standardError.isTerminal && isatty(STDIN_FILENO) == 1)
        let (database, isPrivate) = try await target.ready(logger: logger)
        started()
        let session = try Session(
            database: database,
            passwordCommand: isPrivate
                ? nil : PasswordCommand.choose(passwordCommand, "--password-command", "ETL_PASSWORD_COMMAND"),
            schema: schema, isPrivate: isPrivate, access: access, limits: limits,
            interruption: interruption, logger: logger)
        logger.info("Database: \(session.summary)")
        return session
    }

    /// Connects, and refuses a schema with pending migrations.
    func openCurrent(_ logger: Logger, migrations: MigrationOptions) async throws -> Session {
        let session = try await open(logger)
        try migrations.migrator(session).requireCurrent()
        return session
    }
}

/// Where the migrations are.
struct MigrationOptions: ParsableArguments {
    @Option(help: "The folder with the migrations (default: the one beside the program).")
    var migrations: String?

    func folder() throws -> MigrationFolder { try MigrationFolder.find(named: migrations) }
    func migrator(_ session: Session, lockWait: Int = 60) throws -> Migrator {
        try Migrator(session: session, folder: folder(), lockWait: lockWait)
    }
}
