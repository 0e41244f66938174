using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RetinaSharp.Cli.Terminal;

namespace RetinaSharp.Cli.Serving;

/// <summary>Prints the log messages of the service, and warnings of the web server.</summary>
internal sealed class ServeLogging(Output output) : ILoggerProvider
{
    // Health checks log at every probe of a model that is still being loaded; the host what the command reports itself.
    private static readonly string[] Silent = ["Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Hosting"];

    public ILogger CreateLogger(string categoryName) => Silent.Any(silent => categoryName.StartsWith(silent, StringComparison.Ordinal)) ? NullLogger.Instance
        : new Logger(output, categoryName.StartsWith(nameof(RetinaSharp), StringComparison.Ordinal) ? LogLevel.Information : LogLevel.Warning);

    public void Dispose()
    {
    }

    private sealed class Logger(Output output, LogLevel minimum) : ILogger
    {
        private readonly OutputLogger _logger = new(output, minimum);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => _logger.IsEnabled(logLevel);

        // The reason of an error is in its exception.
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _logger.Log(
            logLevel, eventId, state, exception, (value, error) => error is null ? formatter(value, error) : $"{formatter(value, error)} {error.Message}");
    }
}
