using Spectre.Console;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Displays progress on stderr: as a bar on a terminal, otherwise as a line every ten seconds.</summary>
internal sealed class ProgressDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    // In characters; leaves room for the text on a terminal of 80 columns.
    private const int BarWidth = 16;

    private readonly Output _output;
    private readonly ProgressTask? _bar;
    private readonly TimeProvider _clock;
    private long _lastLine;

    /// <summary>Creates a display.</summary>
    /// <param name="output">Receives the lines.</param>
    /// <param name="bar">The progress bar; null: lines are printed instead.</param>
    /// <param name="clock">Clock for the interval between lines.</param>
    public ProgressDisplay(Output output, ProgressTask? bar, TimeProvider clock) =>
        (_output, _bar, _clock, _lastLine) = (output, bar, clock, clock.GetTimestamp());

    /// <summary>Runs <paramref name="work"/> and returns its result. On a terminal, the work gets a progress bar, which disappears at the end.</summary>
    public static T Run<T>(Output output, string title, Func<ProgressDisplay, T> work)
    {
        if (!output.IsTerminal)
            return work(new(output, null, TimeProvider.System));
        return output.Console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn())
            .Start(context => work(new(output, context.AddTask(Markup.Escape(title)), TimeProvider.System)));
    }

    /// <summary>Updates the bar, or prints a line if the last one is at least ten seconds old.</summary>
    /// <param name="done">Amount of work done, in any unit.</param>
    /// <param name="total">Total amount of work, in the same unit.</param>
    /// <param name="text">Text of a line.</param>
    /// <param name="brief">Text next to a bar; null for <paramref name="text"/>.</param>
    public void Show(double done, double total, string text, string? brief = null)
    {
        if (_bar is not null)
        {
            _bar.MaxValue(Math.Max(1, total)).Value(done);
            _bar.Description(Markup.Escape(brief ?? text));
        }
        else if (_clock.GetElapsedTime(_lastLine) >= LineInterval)
        {
            _lastLine = _clock.GetTimestamp();
            _output.Info(text);
        }
    }
}
