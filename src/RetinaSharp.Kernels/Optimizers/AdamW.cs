using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Adam with decoupled weight decay (Loshchilov and Hutter, <see href="https://arxiv.org/abs/1711.05101">Decoupled Weight Decay
/// Regularization</see>), with the formulas of
/// <see href="https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html">torch.optim.AdamW</see>. The state tensors <c>mean</c>
/// and <c>square</c> are PyTorch's <c>exp_avg</c> and <c>exp_avg_sq</c>.
/// </summary>
public sealed class AdamW : Optimizer
{
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly torch.Tensor[] _mean;
    private readonly torch.Tensor[] _square;

    /// <summary>Creates the optimizer with its state initialized to 0.</summary>
    /// <param name="parameters">The trained parameters, already on their device.</param>
    /// <param name="beta1">Decay of the running average of the gradient.</param>
    /// <param name="beta2">Decay of the running average of the squared gradient.</param>
    /// <param name="epsilon">Term added to the denominator for numerical stability.</param>
    /// <param name="weightDecay">Weight decay coefficient. In each step, weights decay by learning rate × coefficient.</param>
    /// <exception cref="ArgumentException">
    /// A parameter violates the requirements of <see cref="OptimizedParameter"/>, or two share memory.
    /// </exception>
    public AdamW(IReadOnlyList<OptimizedParameter> parameters, double beta1 = .9, double beta2 = .999, double epsilon = 1e-8, double weightDecay = .01)
        : base(parameters, weightDecay)
    {
        (_beta1, _beta2, _epsilon) = (beta1, beta2, epsilon);
        (_mean, _square) = (AddState("mean"), AddState("square"));
    }

    // w -= lr m' / (sqrt(s') + eps) with m' = m / (1 - beta1^t), s' = s / (1 - beta2^t): both bias corrections are applied to scalars.
    private double Correction => Math.Sqrt(1 - Math.Pow(_beta2, Steps));

    private double CorrectedEpsilon => _epsilon * Correction;

    private double CorrectedRate(double learningRate) => learningRate * Correction / (1 - Math.Pow(_beta1, Steps));

    private protected override void Update(in UpdateMemory memory, double learningRate, double factor, double weightDecay) =>
        UpdateKernels.Update(
            new Rule(
                (float)CorrectedRate(learningRate), (float)factor, (float)(1 - (learningRate * weightDecay)),
                (float)_beta1, (float)(1 - _beta1), (float)_beta2, (float)(1 - _beta2), (float)CorrectedEpsilon),
            memory);

    private protected override void Update(int index, torch.Tensor weight, torch.Tensor gradient, double learningRate, double factor, double weightDecay)
    {
        using Scalar keptWeight = 1 - (learningRate * weightDecay), rate = -CorrectedRate(learningRate);
        using Scalar beta1 = _beta1, scale = (1 - _beta1) * factor;
        using Scalar beta2 = _beta2, squareScale = (1 - _beta2) * factor * factor;
        var (mean, square) = (_mean[index], _square[index]);
        if (weightDecay != 0)
            weight.mul_(keptWeight);
        mean.mul_(beta1).add_(gradient, scale);
        square.mul_(beta2).addcmul_(gradient, gradient, squareScale);
        weight.addcdiv_(mean, square.sqrt().AddInPlace(CorrectedEpsilon), rate);
    }

    private readonly struct Rule(float rate, float factor, float kept, float beta1, float rest1, float beta2, float rest2, float epsilon) : IUpdateRule
    {
        public static bool HasSecondState => true;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
        {
            var scaled = gradient * factor;
            first = (first * beta1) + (scaled * rest1);
            second = (second * beta2) + (scaled * rest2 * scaled);
            weight = (weight * kept) - (first * rate / (Vector.SquareRoot(second) + new Vector<float>(epsilon)));
        }
    }
}
