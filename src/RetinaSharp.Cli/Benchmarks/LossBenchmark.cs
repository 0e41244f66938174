using System.Runtime.CompilerServices;
using RetinaSharp.Losses;

namespace RetinaSharp.Cli.Benchmarks;

/// <summary>
/// Times losses, value and gradient, on logits like those of an untrained detector with 80 classes: normally distributed around the logit of the prior. 100
/// anchors are positive, and the loss is normalized by their number. For comparison, a script times torchvision's <c>sigmoid_focal_loss</c> on input of the
/// same kind.
/// </summary>
/// <param name="rows">Number of anchors.</param>
internal sealed class LossBenchmark(int rows) : IBenchmark
{
    /// <summary>Number of anchors in the script that times torchvision.</summary>
    public const int Rows = 120_000;

    private const int Classes = 80, Positives = 100, PositiveClass = 3;
    private const double PriorLogit = -4.6;

    public int Count => 17;

    public string CopyName => $"memory copy {Size} fp32";

    private int Elements => rows * Classes;

    private string Size => $"{rows}x{Classes}";

    public IEnumerable<Timing> Run(BenchmarkTimer timer)
    {
        using AlignedBuffer<float> logits = new(rows * (Classes + 1)), gradient = new(rows * (Classes + 1));
        var labels = new int[rows];
        var random = new Random(0);
        foreach (ref var logit in logits.Span)
            logit = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) + PriorLogit);
        Array.Fill(labels, SigmoidLoss.Background);
        for (var i = 0; i < Positives; i++)
            labels[random.Next(rows)] = PositiveClass;

        yield return Time(CopyName, 2 * sizeof(float), () => logits.Span[..Elements].CopyTo(gradient.Span));
        yield return Sigmoid("sigmoid_focal_loss", "fp32", new FocalLoss(), logits, gradient);
        yield return Sigmoid("sigmoid_focal_loss", "fp32 gamma 1", new FocalLoss(1), logits, gradient);
        yield return Sigmoid("sigmoid_focal_loss", "fp32 gamma 0.5", new FocalLoss(.5), logits, gradient);
        yield return Sigmoid("cross_entropy", "fp32", new CrossEntropy(), logits, gradient);
        yield return Sigmoid("focal_star_loss", "fp32", new FocalStarLoss(2, 1), logits, gradient);
        yield return Quality("quality_focal_loss", new QualityFocalLoss());
        yield return Quality("varifocal_loss", new VarifocalLoss());
        yield return Sigmoid("poly_focal_loss", "fp32", new PolyFocalLoss(1), logits, gradient);
        yield return Sigmoid("asymmetric_loss", "fp32", new AsymmetricLoss(), logits, gradient);
        yield return Sigmoid("equalized_focal_loss", "fp32", new EqualizedFocalLoss(new(Classes)), logits, gradient);
        yield return Dense();
        yield return Softmax("softmax_focal_loss", options =>
            SoftmaxLoss.Evaluate<FocalLoss, float>(new(), logits.Span, labels, Classes + 1, gradient.Span, options));
        // Classes whose frequencies fall as in a long-tailed data set; the background is by far the most frequent.
        var counts = new ClassCounts([.. Enumerable.Range(1, Classes).Select(rank => 100_000L / rank)]);
        yield return Softmax("seesaw_loss", options => new SeesawLoss().Evaluate<float>(logits.Span, labels, counts, gradient.Span, options));
        var ldam = new LdamLoss([1_000_000, .. counts.Counts]);
        yield return Softmax("ldam_loss", options => ldam.Evaluate<float>(logits.Span, labels, gradient.Span, options));
        yield return In(logit => (BFloat16)logit, "bf16");
        yield return In(logit => (double)logit, "fp64");

        Timing Time(string name, int bytes, Action run) => timer.Measure(name, (long)bytes * Elements, run);

        Timing Sigmoid<TLoss, T>(string loss, string type, TLoss function, AlignedBuffer<T> values, AlignedBuffer<T> derivatives)
            where TLoss : struct, ISigmoidLoss where T : unmanaged =>
            Time($"{loss} {Size} forward+backward {type}", 2 * Unsafe.SizeOf<T>(), () =>
                SigmoidLoss.Evaluate<TLoss, T>(function, values.Span[..Elements], labels, Classes, derivatives.Span[..Elements], new() { Reduction = Reduction.Positives }));

        Timing In<T>(Func<float, T> convert, string type) where T : unmanaged
        {
            using AlignedBuffer<T> values = new(Elements), derivatives = new(Elements);
            for (var i = 0; i < Elements; i++)
                values.Span[i] = convert(logits.Span[i]);
            return Sigmoid("sigmoid_focal_loss", type, new FocalLoss(), values, derivatives);
        }

        Timing Dense()
        {
            using var targets = new AlignedBuffer<float>(Elements);
            targets.Span.Clear();
            for (var i = 0; i < rows; i++)
                if (labels[i] >= 0)
                    targets.Span[i * Classes + labels[i]] = 1;
            return Time($"sigmoid_focal_loss {Size} forward+backward fp32 dense targets", 3 * sizeof(float), () =>
                SigmoidLoss.Evaluate<FocalLoss, float>(new(), logits.Span[..Elements], targets.Span, gradient.Span[..Elements], new() { Normalizer = Positives }));
        }

        Timing Quality<TLoss>(string loss, TLoss function) where TLoss : struct, ISigmoidLoss
        {
            var qualities = new float[rows];
            Array.Fill(qualities, .7f);
            return Time($"{loss} {Size} forward+backward fp32", 2 * sizeof(float), () => SigmoidLoss.Evaluate<TLoss, float>(
                function, logits.Span[..Elements], labels, qualities, Classes, gradient.Span[..Elements], new() { Reduction = Reduction.Positives }));
        }

        // The background is class 0, as in the detector.
        Timing Softmax(string loss, SoftmaxCall run) => Time($"{loss} {rows}x{Classes + 1} forward+backward fp32", 2 * sizeof(float), () =>
            run(new() { Reduction = Reduction.Positives, LabelOffset = 1 }));
    }

    private delegate double SoftmaxCall(LossOptions options);
}
