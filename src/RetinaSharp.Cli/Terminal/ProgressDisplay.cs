using Spectre.Console;

namespace RetinaSharp.Cli.Terminal;

/// <summary>Displays progress: a bar on a terminal, a line every few seconds elsewhere.</summary>
internal sealed class ProgressDisplay
{
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(10);

    // Leaves room for the text on a terminal of 80 columns.
    private const int BarWidth = 16;

    private readonly Output _output;
    private readonly ProgressTask? _bar;
    private readonly TimeProvider _clock;
    private long _lastLine;

    /// <param name="output">Receives lines.</param>
    /// <param name="bar">The bar; null for lines.</param>
    /// <param name="clock">Times the lines.</param>
    public ProgressDisplay(Output output, ProgressTask? bar, TimeProvider clock) =>
        (_output, _bar, _clock, _lastLine) = (output, bar, clock, clock.GetTimestamp());

    /// <summary>Runs <paramref name="work"/> with a display that disappears when it ends.</summary>
    public static T Run<T>(Output output, string title, Func<ProgressDisplay, T> work)
    {
        if (!output.IsTerminal)
            return work(new(output, null, TimeProvider.System));
        return output.Console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn())
            .Start(context => work(new(output, context.AddTask(Markup.Escape(title)), TimeProvider.System)));
    }

    /// <summary>Displays the progress, if it is time for a line.</summary>
    /// <param name="done">Work done.</param>
    /// <param name="total">All work, in the same unit.</param>
    /// <param name="text">Text of a line.</param>
    /// <param name="brief">Text beside a bar; null for <paramref name="text"/>.</param>
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
