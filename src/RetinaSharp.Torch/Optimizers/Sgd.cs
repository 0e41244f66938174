using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch.Optimizers;

/// <summary>Stochastic gradient descent with momentum, as PyTorch defines it: v = m v + g + d w; w = w - lr v.</summary>
public sealed class Sgd : Optimizer
{
    private readonly double _momentum;
    private readonly Tensor[] _velocity;

    /// <summary>Creates the optimiser.</summary>
    /// <param name="parameters">The trained parameters.</param>
    /// <param name="momentum">Share of the last step's velocity that is kept.</param>
    /// <param name="weightDecay">Weight decay, added to the gradient.</param>
    /// <param name="decayNormsAndBiases">Whether scales, shifts and biases decay too.</param>
    public Sgd(IReadOnlyList<Parameter> parameters, double momentum = .9, double weightDecay = 1e-4, bool decayNormsAndBiases = true)
        : base(parameters, weightDecay, decayNormsAndBiases) => (_momentum, _velocity) = (momentum, AddState("velocity"));

    private protected override void Update(int tensor, long start, long count, (nint Weights, nint Gradients, nint Values) handles, double factor, double decay, double learningRate) =>
        Shim.Check(NativeMethods.rt_sgd(handles.Weights, handles.Gradients, handles.Values, _velocity[tensor].Handle, start, count, factor, _momentum, decay, learningRate), "update weights");

    private protected override void Update(Portion portion, bool decays, Tensor[] weights, Tensor[] gradients, double learningRate)
    {
        var velocity = portion.Of(_velocity);
        if (decays)
            AddList.CallInPlace(gradients, weights, WeightDecay);
        MultiplyScalar.CallInPlace(velocity, _momentum);
        AddList.CallInPlace(velocity, gradients, 1L);
        AddList.CallInPlace(weights, velocity, -learningRate);
    }
}
