using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum, with the formulas of
/// <see href="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html">torch.optim.SGD</see> without dampening and Nesterov
/// momentum: <c>v = momentum v + (factor g + decay w)</c>, <c>w -= lr v</c>. The <c>factor</c> is that passed to
/// <see cref="Optimizer.Step"/>, such as the clip factor. The state tensor <c>velocity</c> is PyTorch's <c>momentum_buffer</c>.
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly torch.Tensor[] _velocity;

    /// <summary>Creates the optimizer with its state initialized to 0.</summary>
    /// <param name="parameters">The trained parameters, already on their device.</param>
    /// <param name="momentum">The momentum factor, in [0, 1).</param>
    /// <param name="weightDecay">Weight decay coefficient (L2 penalty). The coefficient times the weight is added to the gradient.</param>
    /// <exception cref="ArgumentException">
    /// A parameter violates the requirements of <see cref="OptimizedParameter"/>, or two share memory.
    /// </exception>
    public Sgd(IReadOnlyList<OptimizedParameter> parameters, double momentum = .9, double weightDecay = 1e-4)
        : base(parameters, weightDecay) => (_momentum, _velocity) = (momentum, AddState("velocity"));

    private protected override void Update(in UpdateMemory memory, double learningRate, double factor, double weightDecay) =>
        UpdateKernels.Update(new Rule((float)learningRate, (float)factor, (float)weightDecay, (float)_momentum), memory);

    private protected override void Update(int index, torch.Tensor weight, torch.Tensor gradient, double learningRate, double factor, double weightDecay)
    {
        using Scalar momentum = _momentum, scale = factor, decay = weightDecay, rate = -learningRate;
        var velocity = _velocity[index];
        velocity.mul_(momentum).add_(gradient, scale);
        if (weightDecay != 0)
            velocity.add_(weight, decay);
        weight.add_(velocity, rate);
    }

    private readonly struct Rule(float learningRate, float factor, float weightDecay, float momentum) : IUpdateRule
    {
        public static bool HasSecondState => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(ref Vector<float> weight, Vector<float> gradient, ref Vector<float> first, ref Vector<float> second)
        {
            first = (first * momentum) + ((gradient * factor) + (weight * weightDecay));
            weight -= first * learningRate;
        }
    }
}
