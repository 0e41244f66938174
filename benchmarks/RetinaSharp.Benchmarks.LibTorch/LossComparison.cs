using System.Diagnostics;
using System.Globalization;
using RetinaSharp.Boxes;
using RetinaSharp.Losses;
using TorchSharp;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

/// <summary>
/// Value and gradient of each loss over 120,000 × 80 fp32 logits: RetinaSharp.Losses, and the same loss composed of LibTorch's operators with autograd; and of
/// the box losses over 10,000 boxes, which RetinaSharp.Boxes computes box by box on one thread. The rounds alternate; the ratio of each round's times is printed
/// with its range.
/// </summary>
internal sealed class LossComparison : IDisposable
{
    private const int Rows = 120_000, Classes = 80, Outputs = Classes + 1, Positives = 100, PositiveClass = 3;
    private const int BoxCount = 10_000, MaxDistance = 16, Sides = 4;
    private const double PriorLogit = -4.6;
    private const float Quality = .7f;

    private readonly float[] _logits = new float[Rows * Outputs], _gradient = new float[Rows * Outputs];
    private readonly int[] _labels = new int[Rows];
    private readonly float[] _qualities = new float[Rows];
    private readonly BoxDistribution _distribution = new(MaxDistance);
    private readonly Box[] _predicted = new Box[BoxCount], _targets = new Box[BoxCount], _corners = new Box[BoxCount];
    private readonly BoxDistances[] _distances = new BoxDistances[BoxCount];
    private readonly float[] _bins, _binGradient;
    private readonly Tensor _x, _wide, _hard, _soft, _classes, _predictedBoxes, _targetBoxes, _binLogits, _binTargets;
    private readonly int _threads;

    private delegate double BoxLossFunction(Box predicted, Box target, out Box gradient);

    public LossComparison(int threads)
    {
        _threads = threads;
        var random = new Random(0);
        foreach (ref var logit in _logits.AsSpan())
            logit = (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) + PriorLogit);
        Array.Fill(_labels, SigmoidLoss.Background);
        Array.Fill(_qualities, Quality);
        var hard = new float[Rows * Classes];
        for (var i = 0; i < Positives; i++)
        {
            // Distinct rows.
            var row = i * (Rows / Positives) + random.Next(Rows / Positives);
            _labels[row] = PositiveClass;
            hard[row * Classes + PositiveClass] = 1;
        }

        _x = tensor(_logits[..(Rows * Classes)], [Rows, Classes]);
        _wide = tensor(_logits, [Rows, Outputs]);
        _hard = tensor(hard, [Rows, Classes]);
        _soft = _hard * Quality;
        _classes = tensor(_labels.Select(label => label + 1L).ToArray());

        float Between(float low, float high) => low + (high - low) * random.NextSingle();
        for (var i = 0; i < BoxCount; i++)
        {
            var (x, y, width, height) = (Between(0, 900), Between(0, 900), Between(16, 200), Between(16, 200));
            _targets[i] = new(x, y, x + width, y + height);
            _predicted[i] = new(
                x + Between(-.2f, .2f) * width, y + Between(-.2f, .2f) * height, x + Between(.8f, 1.2f) * width, y + Between(.8f, 1.2f) * height);
            _distances[i] = new(Between(0, MaxDistance), Between(0, MaxDistance), Between(0, MaxDistance), Between(0, MaxDistance));
        }

        _bins = new float[BoxCount * _distribution.Length];
        _binGradient = new float[_bins.Length];
        foreach (ref var logit in _bins.AsSpan())
            logit = Between(-2, 2);
        _predictedBoxes = tensor(Corners(_predicted), [BoxCount, 4]);
        _targetBoxes = tensor(Corners(_targets), [BoxCount, 4]);
        _binLogits = tensor(_bins, [BoxCount * Sides, MaxDistance + 1]);
        _binTargets = tensor(_distances.SelectMany(one => (float[])[one.Left, one.Top, one.Right, one.Bottom]).ToArray());
    }

    public void Run(int rounds, bool boxesOnly)
    {
        Console.WriteLine($"{Rows} x {Classes} fp32 logits, value and gradient, {_threads} threads, {rounds} alternating rounds, LibTorch {torch.__version__}");
        Console.WriteLine(Row("loss", "RetinaSharp", "LibTorch", "ratio (range)", "difference"));
        if (!boxesOnly)
            RunClassification(rounds);
        RunBoxes(rounds);
    }

    private void RunClassification(int rounds)
    {
        Compare("cross entropy", rounds, () => Sigmoid(new CrossEntropy()), _x, x => Bce(x, _hard).sum());
        Compare("focal", rounds, () => Sigmoid(new FocalLoss()), _x, x => Focal(x, 2));
        Compare("focal, gamma .5", rounds, () => Sigmoid(new FocalLoss(.5)), _x, x => Focal(x, .5));
        Compare("quality focal", rounds, () => Sigmoid(new QualityFocalLoss()), _x, x => (Bce(x, _soft) * (_soft - x.sigmoid()).abs().pow(2)).sum());
        Compare("varifocal", rounds, () => Sigmoid(new VarifocalLoss()), _x, x =>
        {
            var positive = _soft.gt(0).to(ScalarType.Float32);
            return (Bce(x, _soft) * (_soft * positive + .75f * (x.sigmoid() - _soft).abs().pow(2) * (1 - positive))).sum();
        });
        Compare("Poly-1 focal", rounds, () => Sigmoid(new PolyFocalLoss(1)), _x, x =>
        {
            var (wrong, alpha) = (Wrong(x), Alpha());
            return (alpha * (Bce(x, _hard) * wrong.pow(2) + wrong.pow(3))).sum();
        });
        Compare("asymmetric", rounds, () => Sigmoid(new AsymmetricLoss(1)), _x, x =>
        {
            var p = x.sigmoid();
            var right = (1 - p + .05f).clamp(max: 1);
            var loss = _hard * p.clamp(min: 1e-8).log() + (1 - _hard) * right.clamp(min: 1e-8).log();
            var pt = p * _hard + right * (1 - _hard);
            return -(loss * (1 - pt).pow(_hard + 4 * (1 - _hard))).sum();
        });
        var gradients = new ClassGradients(Enumerable.Range(0, Classes).Select(i => i / 80.0).ToArray(), Enumerable.Repeat(1.0, Classes).ToArray());
        using var focusing = tensor(Enumerable.Range(0, Classes).Select(i => (float)(2 + 8 * (1 - gradients.Ratio(i)))).ToArray(), [1, Classes]);
        Compare("equalized focal", rounds, () => Sigmoid(new EqualizedFocalLoss(gradients)), _x, x => (Alpha() * (focusing / 2) * Bce(x, _hard) * Wrong(x).pow(focusing)).sum());
        Compare("softmax focal", rounds, () => SoftmaxLoss.Evaluate<FocalLoss, float>(new(2, null), _logits, _labels, Outputs, _gradient, Softmax), _wide, x =>
        {
            var log = x.log_softmax(1).gather(1, _classes.unsqueeze(1));
            return -((1 - log.exp()).pow(2) * log).sum();
        });
        var counts = new ClassCounts(Enumerable.Range(1, Classes).Select(i => (long)(100_000 / i)).ToArray());
        using var numbers = tensor(counts.Counts.ToArray().Select(count => (float)count).ToArray());
        Compare("seesaw", rounds, () => new SeesawLoss().Evaluate<float>(_logits, _labels, counts, _gradient, Softmax), _wide, x => Seesaw(x, numbers));
        var ldam = new LdamLoss([1_000_000, .. counts.Counts]);
        using var margins = tensor(ldam.Margins.ToArray().Select(margin => (float)margin).ToArray());
        Compare("LDAM", rounds, () => ldam.Evaluate<float>(_logits, _labels, _gradient, Softmax), _wide, x =>
        {
            var own = F.one_hot(_classes, Outputs).to(ScalarType.Float32);
            return F.cross_entropy(30 * (x - own * margins.unsqueeze(0)), _classes, reduction: nn.Reduction.Sum);
        });
    }

    private void RunBoxes(int rounds)
    {
        Compare("DIoU, 10,000 boxes", rounds, () => Boxes(Diou.Loss), _predictedBoxes, x => DistanceIou(x, isComplete: false));
        Compare("CIoU, 10,000 boxes", rounds, () => Boxes(Ciou.Loss), _predictedBoxes, x => DistanceIou(x, isComplete: true));
        using var left = _binTargets.to(ScalarType.Int64).clamp(max: MaxDistance - 1);
        Compare("DFL, 10,000 boxes", rounds, Distribution, _binLogits, x => (F.cross_entropy(x, left, reduction: nn.Reduction.None) * (left + 1 - _binTargets)
            + F.cross_entropy(x, left + 1, reduction: nn.Reduction.None) * (_binTargets - left)).sum());
    }

    public void Dispose()
    {
        foreach (var one in (Tensor[])[_x, _wide, _hard, _soft, _classes, _predictedBoxes, _targetBoxes, _binLogits, _binTargets])
            one.Dispose();
    }

    private LossOptions Softmax => new() { LabelOffset = 1, Threads = _threads };

    private static Tensor Bce(Tensor x, Tensor y) => F.binary_cross_entropy_with_logits(x, y, reduction: nn.Reduction.None);

    private static string Row(params string[] cells) => $"{cells[0],-18} {cells[1],12} {cells[2],12} {cells[3],24} {cells[4],11}";

    private double Sigmoid<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
    {
        var logits = _logits.AsSpan(0, Rows * Classes);
        var gradient = _gradient.AsSpan(0, Rows * Classes);
        return loss is QualityFocalLoss or VarifocalLoss
            ? SigmoidLoss.Evaluate<TLoss, float>(loss, logits, _labels, _qualities, Classes, gradient, new() { Threads = _threads })
            : SigmoidLoss.Evaluate<TLoss, float>(loss, logits, _labels, Classes, gradient, new() { Threads = _threads });
    }

    private Tensor Alpha() => .25f * _hard + .75f * (1 - _hard);

    private Tensor Wrong(Tensor x)
    {
        var p = x.sigmoid();
        return 1 - (p * _hard + (1 - p) * (1 - _hard));
    }

    private Tensor Focal(Tensor x, double gamma) => (Alpha() * Bce(x, _hard) * Wrong(x).pow(gamma)).sum();

    private Tensor Seesaw(Tensor x, Tensor counts)
    {
        // The factors of the classes only, for rows that are not background. Their softmax is over the classes, too.
        var foreground = _classes.gt(0).to(ScalarType.Float32).unsqueeze(1);
        var own = counts.index_select(0, (_classes - 1).clamp(min: 0)).unsqueeze(1);
        var mitigation = (counts.unsqueeze(0) / own).clamp(max: 1).pow(.8);
        var scores = x.detach().narrow(1, 1, Classes).softmax(1);
        var self = scores.gather(1, (_classes - 1).clamp(min: 0).unsqueeze(1)).clamp(min: .01);
        var compensation = (scores / self).clamp(min: 1).pow(2);
        var factors = cat([zeros(Rows, 1), (mitigation * compensation).log() * foreground], 1);
        return F.cross_entropy(x + factors * (1 - F.one_hot(_classes, Outputs).to(ScalarType.Float32)), _classes, reduction: nn.Reduction.Sum);
    }

    private static float[] Corners(Box[] boxes) => [.. boxes.SelectMany(box => (float[])[box.X1, box.Y1, box.X2, box.Y2])];

    private double Boxes(BoxLossFunction loss)
    {
        var sum = 0.0;
        for (var i = 0; i < BoxCount; i++)
            sum += loss(_predicted[i], _targets[i], out _corners[i]);
        return sum;
    }

    private double Distribution()
    {
        // The gradient is added to.
        _binGradient.AsSpan().Clear();
        var (sum, length) = (0.0, _distribution.Length);
        for (var i = 0; i < BoxCount; i++)
            sum += _distribution.DistributionFocalLoss(_bins.AsSpan(i * length, length), _distances[i], 1, _binGradient.AsSpan(i * length, length));
        return sum;
    }

    /// <summary>DIoU, or CIoU, as in torchvision.</summary>
    private Tensor DistanceIou(Tensor x, bool isComplete)
    {
        Tensor P(int corner) => x.select(1, corner);
        Tensor T(int corner) => _targetBoxes.select(1, corner);
        var (width, height, targetWidth, targetHeight) = (P(2) - P(0), P(3) - P(1), T(2) - T(0), T(3) - T(1));
        var overlap = (minimum(P(2), T(2)) - maximum(P(0), T(0))).clamp(min: 0) * (minimum(P(3), T(3)) - maximum(P(1), T(1))).clamp(min: 0);
        var iou = overlap / (width * height + targetWidth * targetHeight - overlap + 1e-7f);
        var diagonal = (maximum(P(2), T(2)) - minimum(P(0), T(0))).pow(2) + (maximum(P(3), T(3)) - minimum(P(1), T(1))).pow(2) + 1e-7f;
        var distance = ((P(0) + P(2) - T(0) - T(2)).pow(2) + (P(1) + P(3) - T(1) - T(3)).pow(2)) / 4;
        var loss = 1 - iou + distance / diagonal;
        if (isComplete)
        {
            var v = (float)(4 / (Math.PI * Math.PI)) * ((targetWidth / targetHeight).atan() - (width / height).atan()).pow(2);
            loss += (v / (1 - iou + v + 1e-7f)).detach() * v;
        }

        return loss.sum();
    }

    private static void Compare(string name, int rounds, Func<double> ours, Tensor logits, Func<Tensor, Tensor> theirs)
    {
        var (value, other) = (0.0, 0.0);
        double[] mine = new double[rounds], libtorch = new double[rounds];
        // The first round warms up.
        for (var i = -1; i < rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            value = ours();
            if (i >= 0)
                mine[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            start = Stopwatch.GetTimestamp();
            using (NewDisposeScope())
            {
                var x = logits.detach().requires_grad_(true);
                var loss = theirs(x);
                loss.backward();
                other = loss.item<float>();
            }

            if (i >= 0)
                libtorch[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        double[] ratios = [.. libtorch.Zip(mine, (a, b) => a / b).Order()];
        var culture = CultureInfo.InvariantCulture;
        Console.WriteLine(Row(name, string.Create(culture, $"{Median(mine):F1} ms"), string.Create(culture, $"{Median(libtorch):F1} ms"),
            string.Create(culture, $"{ratios[rounds / 2]:F1} ({ratios[0]:F1} to {ratios[^1]:F1})"), string.Create(culture, $"{Math.Abs(value - other) / value:E1}")));
    }

    private static double Median(double[] times) => times.Order().ElementAt(times.Length / 2);
}
