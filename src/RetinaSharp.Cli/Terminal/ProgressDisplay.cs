using Spectre.Console;

namespace RetinaSharp.Cli.Terminal;

/// <summary>How far something is: a bar on a terminal, a line now and then elsewhere.</summary>
internal sealed class ProgressDisplay
{
    // Often enough to see that it moves, seldom enough for a log.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    // Leaves room for the words on a terminal of 80 columns.
    private const int BarWidth = 16;

    private readonly Output _output;
    private readonly ProgressTask? _bar;
    private readonly TimeProvider _clock;
    private long _shown;

    /// <param name="output">Where lines go.</param>
    /// <param name="bar">The bar; null for lines.</param>
    /// <param name="clock">Tells when a line is due.</param>
    public ProgressDisplay(Output output, ProgressTask? bar, TimeProvider clock) =>
        (_output, _bar, _clock, _shown) = (output, bar, clock, clock.GetTimestamp());

    /// <summary>Does some work with a display that is there while it lasts.</summary>
    public static T During<T>(Output output, string title, Func<ProgressDisplay, T> work)
    {
        if (!output.IsLive)
            return work(new(output, null, TimeProvider.System));
        return output.Messages.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = BarWidth }, new PercentageColumn())
            .Start(context => work(new(output, context.AddTask(Markup.Escape(title)), TimeProvider.System)));
    }

    /// <summary>Shows how far it is.</summary>
    /// <param name="done">What is done.</param>
    /// <param name="total">What there is to do.</param>
    /// <param name="text">The same in words.</param>
    /// <param name="brief">The words beside a bar, where those of a line are too many.</param>
    public void Show(double done, double total, string text, string? brief = null)
    {
        if (_bar is not null)
        {
            _bar.MaxValue(Math.Max(1, total)).Value(done);
            _bar.Description(Markup.Escape(brief ?? text));
        }
        else if (_clock.GetElapsedTime(_shown) >= Interval)
        {
            _shown = _clock.GetTimestamp();
            _output.Say(text);
        }
    }
}
