using BenchmarkDotNet.Attributes;
using RetinaSharp.Losses;

namespace RetinaSharp.Benchmarks;

/// <summary>Value and gradient of the losses in one pass over the logits of 120,000 anchors, compared with a memory copy.</summary>
[MemoryDiagnoser]
public class LossBenchmarks
{
    private const int Rows = 120_000, Classes = 80, Positives = 100, PositiveClass = 3;
    private const double PriorLogit = -4.6;

    private readonly float[] _float = new float[Rows * Classes], _floatGradient = new float[Rows * Classes], _targets = new float[Rows * Classes];
    private readonly BFloat16[] _bfloat16 = new BFloat16[Rows * Classes], _bfloat16Gradient = new BFloat16[Rows * Classes];
    private readonly double[] _double = new double[Rows * Classes], _doubleGradient = new double[Rows * Classes];
    private readonly int[] _labels = new int[Rows];
    private readonly float[] _qualities = new float[Rows];
    private readonly EqualizedFocalLoss _equalized = new(new(Classes));
    private readonly ClassCounts _counts = new([.. Enumerable.Range(1, Classes - 1).Select(rank => 100_000L / rank)]);
    private readonly LdamLoss _ldam = new([.. Enumerable.Range(1, Classes).Select(rank => 100_000L / rank)]);

    private static LossOptions ByPositives => new() { Reduction = Reduction.Positives };

    /// <summary>Creates logits around the prior, and 100 anchors with a class.</summary>
    [GlobalSetup]
    public void Fill()
    {
        var random = new Random(0);
        for (var i = 0; i < _float.Length; i++)
        {
            _double[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()) + PriorLogit;
            _float[i] = (float)_double[i];
            _bfloat16[i] = (BFloat16)_float[i];
        }

        Array.Fill(_qualities, .7f);
        Array.Fill(_labels, SigmoidLoss.Background);
        for (var i = 0; i < Positives; i++)
        {
            var row = random.Next(Rows);
            _labels[row] = PositiveClass;
            _targets[row * Classes + PositiveClass] = 1;
        }
    }

    /// <summary>The lower bound: reads as many logits and writes as many numbers.</summary>
    [Benchmark(Baseline = true)]
    public void MemoryCopy() => _float.AsSpan().CopyTo(_floatGradient);

    /// <summary>Cross entropy.</summary>
    [Benchmark]
    public double CrossEntropy() => Sigmoid(new CrossEntropy(), _float, _floatGradient);

    /// <summary>Focal loss as in the paper: γ = 2, α = .25.</summary>
    [Benchmark]
    public double FocalLoss() => Sigmoid(new FocalLoss(), _float, _floatGradient);

    /// <summary>Focal loss with γ = 1.</summary>
    [Benchmark]
    public double FocalLossGamma1() => Sigmoid(new FocalLoss(1), _float, _floatGradient);

    /// <summary>Focal loss with a γ that needs a second exponential.</summary>
    [Benchmark]
    public double FocalLossGammaHalf() => Sigmoid(new FocalLoss(.5), _float, _floatGradient);

    /// <summary>The alternative focal loss FL*.</summary>
    [Benchmark]
    public double FocalStarLoss() => Sigmoid(new FocalStarLoss(2, 1), _float, _floatGradient);

    /// <summary>Quality focal loss, β = 2.</summary>
    [Benchmark]
    public double QualityFocalLoss() => Quality(new QualityFocalLoss());

    /// <summary>Quality focal loss with a β that needs a second exponential.</summary>
    [Benchmark]
    public double QualityFocalLossBetaHalf() => Quality(new QualityFocalLoss(.5));

    /// <summary>Varifocal loss.</summary>
    [Benchmark]
    public double VarifocalLoss() => Quality(new VarifocalLoss());

    /// <summary>Poly-1 focal loss.</summary>
    [Benchmark]
    public double PolyFocalLoss() => Sigmoid(new PolyFocalLoss(1), _float, _floatGradient);

    /// <summary>Asymmetric loss.</summary>
    [Benchmark]
    public double AsymmetricLoss() => Sigmoid(new AsymmetricLoss(), _float, _floatGradient);

    /// <summary>Equalized focal loss.</summary>
    [Benchmark]
    public double EqualizedFocalLoss() => Sigmoid(_equalized, _float, _floatGradient);

    /// <summary>Accumulation of the gradients for the equalized focal loss.</summary>
    [Benchmark]
    public void AccumulateGradients() => new ClassGradients(Classes).Accumulate<float>(_floatGradient, _labels);

    /// <summary>Seesaw loss.</summary>
    [Benchmark]
    public double SeesawLoss() => new SeesawLoss().Evaluate<float>(_float, _labels, _counts, _floatGradient, new() { Reduction = Reduction.Positives, LabelOffset = 1 });

    /// <summary>LDAM loss.</summary>
    [Benchmark]
    public double LdamLoss() => _ldam.Evaluate<float>(_float, _labels, _floatGradient, new() { Reduction = Reduction.Positives, LabelOffset = 1 });

    /// <summary>Focal loss on bfloat16 logits.</summary>
    [Benchmark]
    public double FocalLossBFloat16() => Sigmoid(new FocalLoss(), _bfloat16, _bfloat16Gradient);

    /// <summary>Focal loss on double logits.</summary>
    [Benchmark]
    public double FocalLossDouble() => Sigmoid(new FocalLoss(), _double, _doubleGradient);

    /// <summary>Focal loss with a target per logit.</summary>
    [Benchmark]
    public double FocalLossDenseTargets() =>
        SigmoidLoss.Evaluate<FocalLoss, float>(new(), _float, _targets, _floatGradient, new() { Normalizer = Positives });

    /// <summary>Softmax focal loss.</summary>
    [Benchmark]
    public double SoftmaxFocalLoss() =>
        SoftmaxLoss.Evaluate<FocalLoss, float>(new(), _float, _labels, Classes, _floatGradient, new() { Reduction = Reduction.Positives, LabelOffset = 1 });

    private double Quality<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss =>
        SigmoidLoss.Evaluate<TLoss, float>(loss, _float, _labels, _qualities, Classes, _floatGradient, ByPositives);

    private double Sigmoid<TLoss, T>(TLoss loss, T[] logits, T[] gradient) where TLoss : struct, ISigmoidLoss where T : unmanaged =>
        SigmoidLoss.Evaluate<TLoss, T>(loss, logits, _labels, Classes, gradient, ByPositives);
}
