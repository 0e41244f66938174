using Microsoft.Extensions.Logging;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Prints the log messages of the library. Warnings get hints on command-line options (see <see cref="OptionHints"/>).</summary>
/// <param name="output">Receives the messages.</param>
/// <param name="minimum">Messages of lower levels are dropped.</param>
internal sealed class OutputLogger(Output output, LogLevel minimum = LogLevel.Information) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
            return;
        var text = formatter(state, exception);
        if (logLevel >= LogLevel.Warning)
            output.Warning(OptionHints.AddTo(text));
        else
            output.Info(text);
    }
}
