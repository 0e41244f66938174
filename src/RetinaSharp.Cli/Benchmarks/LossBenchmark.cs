using System.Runtime.CompilerServices;
using RetinaSharp.Losses;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Times the losses, value and gradient, on what a detector of 80 classes starts with: logits about the prior, 100 positive anchors, the
/// sum divided by their number. The reference, torchvision's <c>sigmoid_focal_loss</c>, is timed on the same by a script of its own.
/// </summary>
/// <param name="rows">Anchors.</param>
/// <param name="runs">Runs of which the median is taken.</param>
/// <param name="warmUp">How long each runs before that.</param>
/// <param name="cancellation">Ends it between two figures.</param>
internal sealed class LossBenchmark(int rows, int runs, TimeSpan warmUp, CancellationToken cancellation) : IDisposable
{
    /// <summary>Anchors of the reference.</summary>
    public const int Rows = 120_000;

    /// <summary>How many figures there are.</summary>
    public const int Figures = 10;

    /// <summary>What everything is measured against.</summary>
    public string CopyName => $"memory copy {Size} fp32";

    private const int Classes = 80, Positives = 100, PositiveClass = 3;
    private const double PriorLogit = -4.6;

    private readonly AlignedBuffer<float> _logits = new(rows * (Classes + 1)), _gradient = new(rows * (Classes + 1));
    private readonly int[] _labels = new int[rows];

    private int Count => rows * Classes;

    private string Size => $"{rows}x{Classes}";

    /// <summary>The figures, each when it is there.</summary>
    public IEnumerable<Timing> Run()
    {
        var random = new Random(0);
        foreach (ref var logit in _logits.Span)
            logit = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) + PriorLogit);
        Array.Fill(_labels, SigmoidLoss.Background);
        for (var i = 0; i < Positives; i++)
            _labels[random.Next(rows)] = PositiveClass;

        var stopper = new Stopper(runs, warmUp);
        yield return Time(CopyName, 2 * sizeof(float), () => _logits.Span[..Count].CopyTo(_gradient.Span));
        yield return Sigmoid("sigmoid_focal_loss", "fp32", new FocalLoss(), _logits, _gradient);
        yield return Sigmoid("sigmoid_focal_loss", "fp32 gamma 1", new FocalLoss(1), _logits, _gradient);
        yield return Sigmoid("sigmoid_focal_loss", "fp32 gamma 0.5", new FocalLoss(.5), _logits, _gradient);
        yield return Sigmoid("cross_entropy", "fp32", new CrossEntropy(), _logits, _gradient);
        yield return Sigmoid("focal_star_loss", "fp32", new FocalStarLoss(2, 1), _logits, _gradient);
        yield return Dense();
        yield return Softmax();
        yield return In(logit => (BFloat16)logit, "bf16");
        yield return In(logit => (double)logit, "fp64");

        Timing Time(string name, int bytes, Action run)
        {
            cancellation.ThrowIfCancellationRequested();
            return stopper.Measure(name, (long)bytes * Count, run);
        }

        Timing Sigmoid<TLoss, T>(string member, string type, TLoss loss, AlignedBuffer<T> logits, AlignedBuffer<T> gradient)
            where TLoss : struct, IBinaryLoss where T : unmanaged =>
            Time($"{member} {Size} forward+backward {type}", 2 * Unsafe.SizeOf<T>(), () =>
                SigmoidLoss.Evaluate<TLoss, T>(loss, logits.Span[..Count], _labels, Classes, gradient.Span[..Count], new() { Reduction = Reduction.Positives }));

        Timing In<T>(Func<float, T> convert, string type) where T : unmanaged
        {
            using AlignedBuffer<T> logits = new(Count), gradient = new(Count);
            for (var i = 0; i < Count; i++)
                logits.Span[i] = convert(_logits.Span[i]);
            return Sigmoid("sigmoid_focal_loss", type, new FocalLoss(), logits, gradient);
        }

        Timing Dense()
        {
            using var targets = new AlignedBuffer<float>(Count);
            targets.Span.Clear();
            for (var i = 0; i < rows; i++)
                if (_labels[i] >= 0)
                    targets.Span[i * Classes + _labels[i]] = 1;
            return Time($"sigmoid_focal_loss {Size} forward+backward fp32 dense targets", 3 * sizeof(float), () =>
                SigmoidLoss.Evaluate<FocalLoss, float>(new(), _logits.Span[..Count], targets.Span, _gradient.Span[..Count], new() { Normalizer = Positives }));
        }

        // As in the detector: the background is class 0.
        Timing Softmax() => Time($"softmax_focal_loss {rows}x{Classes + 1} forward+backward fp32", 2 * sizeof(float), () =>
            SoftmaxLoss.Evaluate<FocalLoss, float>(new(), _logits.Span, _labels, Classes + 1, _gradient.Span, new() { Reduction = Reduction.Positives, LabelOffset = 1 }));
    }

    public void Dispose()
    {
        _logits.Dispose();
        _gradient.Dispose();
    }
}
