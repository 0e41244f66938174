using System.Runtime.Intrinsics;
using RetinaSharp.Losses.Loops;
using RetinaSharp.Losses.Numerics;

namespace RetinaSharp.Losses.Tests;

/// <summary>Checks every vector width against the scalar code in double, including widths that this machine would not select.</summary>
public unsafe class LaneTests
{
    private const double RelativeError = 4e-6;
    private const double Smallest = 1e-30;

    [Theory]
    [MemberData(nameof(LossCases.Settings), MemberType = typeof(LossCases))]
    public void Evaluate_OverLogits_MatchesDouble(double gamma, double? alpha)
    {
        CheckAllWidths(new FocalLoss(gamma, alpha));
        if (gamma == 0)
        {
            CheckAllWidths(new CrossEntropy(alpha));
            return;
        }

        foreach (var beta in new[] { 0, .1, 1, 4, -2.5 })
            CheckAllWidths(new FocalStarLoss(gamma, beta, alpha));
    }

    /// <summary>
    /// Checks every 10,007th float and the same numbers as bfloat16. RETINASHARP_LOGIT_STEP=1 checks every float, which takes hours. Target
    /// 1 is enough, because target 0 is the same with the negated logit.
    /// </summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(.1, 0)]
    [InlineData(.5, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(5, 0)]
    [InlineData(.1, 1.5)]
    [InlineData(2, -.3)]
    public void Evaluate_OverAllFloats_MatchesDouble(double gamma, double beta)
    {
        var step = long.Parse(Environment.GetEnvironmentVariable("RETINASHARP_LOGIT_STEP") ?? "10007", System.Globalization.CultureInfo.InvariantCulture);
        var count = (1L << 32) / step;
        const int Block = 1 << 16;
        Parallel.For(0L, (count + Block - 1) / Block, block =>
        {
            var numbers = Enumerable.Range(0, (int)Math.Min(Block, count - block * Block));
            var logits = numbers.Select(i => BitConverter.UInt32BitsToSingle((uint)((block * Block + i) * step))).Where(float.IsFinite).ToArray();
            var narrow = logits.Select(logit => (BFloat16)logit).Where(logit => float.IsFinite(logit)).ToArray();
            if (beta == 0)
                CheckSpans(new FocalLoss(gamma, null), logits, narrow);
            if (gamma > 0)
                CheckSpans(new FocalStarLoss(gamma, beta), logits, narrow);
        });
    }

    private static void CheckSpans<TLoss>(TLoss loss, float[] logits, BFloat16[] narrow) where TLoss : struct, IBinaryLoss
    {
        var (values, narrowValues, gradient) = (new float[logits.Length], new float[narrow.Length], new float[logits.Length]);
        LossOptions options = new() { Threads = 1 };
        SigmoidLoss.Values(loss, logits, Ones(logits.Length), values, options);
        SigmoidLoss.Values(loss, narrow, Ones(narrow.Length), narrowValues, options);
        SigmoidLoss.Evaluate(loss, logits, Ones(logits.Length), gradient, options);
        for (var i = 0; i < logits.Length; i++)
        {
            loss.Evaluate(logits[i], out var value, out var derivative);
            CheckNumber(value, values[i], logits[i], "value");
            CheckNumber(derivative, gradient[i], logits[i], "gradient");
        }

        for (var i = 0; i < narrow.Length; i++)
            CheckNumber(loss.Value(narrow[i]), narrowValues[i], narrow[i], "value");
    }

    private static float[] Ones(int count)
    {
        var targets = new float[count];
        targets.AsSpan().Fill(1);
        return targets;
    }

    [Fact]
    public void Evaluate_Family_MatchesDouble()
    {
        foreach (var gamma in LossCases.Gammas)
        {
            CheckAllWidths(new QualityFocalLoss(gamma));
            CheckAllWidths(new VarifocalLoss(.75, gamma));
            CheckAllWidths(new VarifocalLoss(1.5, gamma));
            foreach (var epsilon in new[] { -1, .5, 3 })
                CheckAllWidths(new PolyFocalLoss(epsilon, gamma));
            foreach (var margin in new[] { 0, 1e-30, .05, .5, .999 })
                CheckAllWidths(new AsymmetricLoss(gamma, 5 - gamma, margin));
            if (gamma > 0)
                CheckAllWidths(new EqualizedFocalLoss(new([3], [4]), gamma));
        }

        CheckAllWidths(new AsymmetricLoss());
        CheckAllWidths(default(VarifocalLoss));
    }

    private static void CheckAllWidths<TLoss>(TLoss loss) where TLoss : struct, ISigmoidLoss
    {
        foreach (var target in new[] { 0f, 1, .375f })
        {
            Check<TLoss, Lanes128>(loss, target);
            Check<TLoss, Lanes256>(loss, target);
            Check<TLoss, Lanes512>(loss, target);
        }
    }

    private static void Check<TLoss, TLanes>(TLoss loss, float target) where TLoss : struct, ISigmoidLoss where TLanes : unmanaged, ILanes<TLanes>
    {
        var logits = LossCases.Logits;
        var run = new LoopVisitor<TLanes>(logits, target);
        loss.Accept(ref run);
        Assert.Equal(run.Values.Sum(value => (double)value), run.Sum, 1e-9 * run.Sum);
        // The difference of a probability and a soft target or a margin is rounded. A negative ε subtracts most of a small loss.
        var isDifference = loss is AsymmetricLoss { Margin: > 0 } or PolyFocalLoss { Epsilon: < 0 } || (target is not (0 or 1) && loss is QualityFocalLoss or VarifocalLoss);
        for (var i = 0; i < logits.Length; i++)
        {
            // Factors above 1 may carry the loss of a logit beyond fp32, where it saturates before α.
            if (!(loss.Value(logits[i], target) > .05 * float.MaxValue && run.Values[i] > .05f * float.MaxValue && float.IsFinite(run.Values[i])))
                CheckNumber(loss.Value(logits[i], target), run.Values[i], logits[i], $"{loss} value", isDifference);
            CheckNumber(loss.Derivative(logits[i], target), run.Gradient[i], logits[i], $"{loss} gradient", isDifference || target is not (0 or 1));
        }
    }

    private struct LoopVisitor<TLanes>(float[] logits, float target) : ILossVisitor where TLanes : unmanaged, ILanes<TLanes>
    {
        public readonly float[] Values = new float[logits.Length], Gradient = new float[logits.Length];
        public double Sum;

        public void Visit<TKernel>(TKernel kernel) where TKernel : struct, ILossKernel
        {
            var targets = new float[logits.Length];
            targets.AsSpan().Fill(target);
            fixed (float* x = logits, y = targets, g = Gradient, v = Values)
            {
                var call = new SigmoidCall<float, float> { Logits = x, Rows = logits.Length, Classes = 1, Scale = 1, Output = g };
                Sum = new LossLoop<TKernel, TLanes, float, float>(kernel, call, 0, logits.Length, 0).Run(new DenseTargets(y));
                call.Output = v;
                call.Writes = LossOutput.Values;
                new LossLoop<TKernel, TLanes, float, float>(kernel, call, 0, logits.Length, 0).Run(new DenseTargets(y));
            }
        }
    }

    // The two terms of a soft target may cancel in the gradient: there the error is relative to the terms, about 1.
    private static void CheckNumber(double expected, float actual, float logit, string what, bool cancels = false)
    {
        var error = Math.Abs(actual - expected);
        var size = Math.Max(Math.Abs(expected), cancels ? 1 : Smallest);
        if (!(error <= RelativeError * size))
            Assert.Fail($"{what} at {logit}: {actual:R} against {expected:R}, off by {error / size:E2}");
    }

    [Fact]
    public void Exp_OverRange_IsWithinTwoUlps()
    {
        for (var x = 0f; x > -87.3f; x -= .0171f)
            Assert.Equal(1, LaneMath<Lanes256>.Exp(Lanes256.Create(x)).First() / Math.Exp(x), 1.3e-7);
    }

    /// <summary>The bits of a NaN are those of its payload, which depends on what computed it.</summary>
    [Fact]
    public void Exp_NaNOfAnyPayload_IsNaN()
    {
        for (var payload = 0u; payload < 1024; payload++)
        {
            var x = BitConverter.UInt32BitsToSingle(0x7FC00000 + payload);
            Assert.True(float.IsNaN(LaneMath<Lanes128>.Exp(Lanes128.Create(x)).First()), $"payload {payload}");
            Assert.True(float.IsNaN(LaneMath<Lanes256>.Exp(Lanes256.Create(x)).First()), $"payload {payload}");
            Assert.True(float.IsNaN(LaneMath<Lanes512>.Exp(Lanes512.Create(x)).First()), $"payload {payload}");
        }
    }

    [Fact]
    public void ExpOfTwoParts_OverRange_KeepsTheLowPart()
    {
        for (var x = 0f; x > -80f; x -= .0171f)
        {
            var low = x * 3e-8f;
            var sum = x + (double)low;
            Assert.Equal(1, LaneMath<Lanes256>.Exp(Lanes256.Create(x), Lanes256.Create(low)).First() / Math.Exp(sum), 1.8e-7);
        }
    }

    [Fact]
    public void Log_OverRange_IsWithinTwoUlps()
    {
        for (var x = 1.2e-38; x < 3e38; x *= 1.0007)
            Assert.Equal(Math.Log((float)x), LaneMath<Lanes256>.Log(Lanes256.Create((float)x)).First(), 2e-7 * Math.Abs(Math.Log((float)x)) + 1e-9);
        for (var x = .5f; x < 2; x += 1.7e-4f)
            Assert.Equal(Math.Log(x), LaneMath<Lanes256>.Log(Lanes256.Create(x)).First(), 2.5e-7 * Math.Abs(Math.Log(x)));
    }

    [Fact]
    public void Log1P_OverRange_IsWithinTwoUlps()
    {
        for (var x = 1e-30; x < 1; x *= 1.003)
        {
            var argument = (float)x;
            // A Taylor series where log(1 + x) in double is itself inaccurate.
            var expected = x < 1e-4 ? argument - .5 * argument * argument + Math.Pow(argument, 3) / 3 : Math.Log(1 + (double)argument);
            Assert.Equal(1, LaneMath<Lanes256>.Log1P(Lanes256.Create(argument)).First() / expected, 2e-7);
        }
    }

    [Fact]
    public void Widths_FusedMultiplyAdd_GiveSameBits()
    {
        Assert.SkipUnless(Vector256.IsHardwareAccelerated, "needs vectors of 256 bits");
        for (var x = -30f; x < 30; x += .0371f)
        {
            ((IBinaryLoss)new FocalLoss(1.7)).Evaluate(Lanes128.Create(x), out var value128, out var derivative128);
            ((IBinaryLoss)new FocalLoss(1.7)).Evaluate(Lanes512.Create(x), out var value512, out var derivative512);
            Assert.Equal((value128.First(), derivative128.First()), (value512.First(), derivative512.First()));
        }
    }
}

internal static unsafe class LanesExtensions
{
    public static float First<TLanes>(this TLanes lanes) where TLanes : unmanaged, ILanes<TLanes>
    {
        var numbers = stackalloc float[TLanes.Count];
        TLanes.Store(lanes, numbers);
        return numbers[0];
    }
}
