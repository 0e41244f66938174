using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch.Optimizers;

/// <summary>Adam with decoupled weight decay (Loshchilov and Hutter), as PyTorch defines it.</summary>
public sealed class AdamW : Optimizer
{
    private static readonly Operator AddProducts = new("aten::_foreach_addcmul_", "Scalar");
    private static readonly Operator AddQuotients = new("aten::_foreach_addcdiv_", "Scalar");
    private static readonly Operator SquareRoots = new("aten::_foreach_sqrt");
    private static readonly Operator AddScalar = new("aten::_foreach_add_", "Scalar");

    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _epsilon;
    private readonly Tensor[] _mean;
    private readonly Tensor[] _square;

    /// <summary>Creates the optimiser.</summary>
    /// <param name="parameters">The trained parameters.</param>
    /// <param name="beta1">Decay of the mean of the gradients.</param>
    /// <param name="beta2">Decay of the mean of their squares.</param>
    /// <param name="epsilon">Added to the root.</param>
    /// <param name="weightDecay">Weight decay, relative to the learning rate.</param>
    /// <param name="decayNormsAndBiases">Whether scales, shifts and biases decay too.</param>
    public AdamW(IReadOnlyList<Parameter> parameters, double beta1 = .9, double beta2 = .999, double epsilon = 1e-8, double weightDecay = .01, bool decayNormsAndBiases = false)
        : base(parameters, weightDecay, decayNormsAndBiases)
    {
        (_beta1, _beta2, _epsilon) = (beta1, beta2, epsilon);
        (_mean, _square) = (AddState("mean"), AddState("square"));
    }

    // w -= lr m' / (sqrt(v') + eps) with m' = m / (1 - b1^t), v' = v / (1 - b2^t); the corrections are moved out of the tensors.
    private double Correction => Math.Sqrt(1 - Math.Pow(_beta2, Steps));

    private double Rate(double learningRate) => learningRate * Correction / (1 - Math.Pow(_beta1, Steps));

    private protected override void Update(int tensor, long start, long count, (nint Weights, nint Gradients, nint Values) handles, double factor, double decay, double learningRate) =>
        Shim.Check(
            NativeMethods.rt_adamw(
                handles.Weights, handles.Gradients, handles.Values, _mean[tensor].Handle, _square[tensor].Handle, start, count,
                factor, 1 - (learningRate * decay), _beta1, _beta2, _epsilon * Correction, Rate(learningRate)),
            "update weights");

    private protected override void Update(Portion portion, bool decays, Tensor[] weights, Tensor[] gradients, double learningRate)
    {
        var (mean, square) = (portion.Of(_mean), portion.Of(_square));
        if (decays)
            MultiplyScalar.CallInPlace(weights, 1 - (learningRate * WeightDecay));
        MultiplyScalar.CallInPlace(mean, _beta1);
        AddList.CallInPlace(mean, gradients, 1 - _beta1);
        MultiplyScalar.CallInPlace(square, _beta2);
        AddProducts.CallInPlace(square, gradients, gradients, 1 - _beta2);
        var denominators = SquareRoots.CallList(square.Length, [square]);
        AddScalar.CallInPlace(denominators, _epsilon * Correction);
        AddQuotients.CallInPlace(weights, mean, denominators, -Rate(learningRate));
    }
}
