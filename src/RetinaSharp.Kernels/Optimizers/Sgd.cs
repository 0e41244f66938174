using System.Numerics;
using System.Runtime.CompilerServices;
using TorchSharp;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum, as <see href="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html">torch.optim.SGD</see>
/// without dampening and Nesterov: <c>v = momentum v + (factor g + decay w)</c>; <c>w -= lr v</c>. State: <c>velocity</c>.
/// </summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly torch.Tensor[] _velocity;

    /// <summary>Creates the optimizer with velocities of 0.</summary>
    /// <param name="parameters">The trained parameters, on their device.</param>
    /// <param name="momentum">Share of the velocity that a step keeps.</param>
    /// <param name="weightDecay">Weight decay (L2), added to the gradient.</param>
    /// <exception cref="ArgumentException">There is no parameter, one does not fit what <see cref="OptimizedParameter"/> says, or two share memory.</exception>
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
