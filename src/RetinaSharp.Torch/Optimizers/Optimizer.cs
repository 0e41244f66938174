using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Torch.Optimizers;

/// <summary>Moves the master weights along gradients. All parameters are updated together, a few operators for all of them.</summary>
public abstract class Optimizer : IDisposable
{
    private protected static readonly Operator AddList = new("aten::_foreach_add_", "List");
    private protected static readonly Operator MultiplyScalar = new("aten::_foreach_mul_", "Scalar");

    private readonly List<(string Name, Tensor[] Tensors)> _state = [];
    private readonly int[] _decayed;

    /// <summary>Creates an optimiser.</summary>
    /// <param name="parameters">The trained parameters.</param>
    /// <param name="weightDecay">Share of the weight that is added to its gradient, or taken off it in AdamW.</param>
    /// <param name="decayNormsAndBiases">Whether scales, shifts and biases decay too.</param>
    protected Optimizer(IReadOnlyList<Parameter> parameters, double weightDecay, bool decayNormsAndBiases)
    {
        Masters = [.. parameters.Select(parameter => parameter.Master)];
        WeightDecay = weightDecay;
        _decayed = [.. Enumerable.Range(0, parameters.Count).Where(i => decayNormsAndBiases || parameters[i].Kind == ParameterKind.Weight)];
        Decayed = Choose(Masters);
    }

    /// <summary>What must be saved, beside the weights, to go on as if never interrupted: a name and one tensor a parameter.</summary>
    public IReadOnlyList<(string Name, Tensor[] Tensors)> State => _state;

    /// <summary>Steps done so far; part of the state.</summary>
    public long Steps { get; set; }

    private protected Tensor[] Masters { get; }

    /// <summary>Those of <see cref="Masters"/> that decay.</summary>
    private protected Tensor[] Decayed { get; }

    private protected double WeightDecay { get; }

    /// <summary>Moves the weights once. What the graph uses follows only when the module is refreshed.</summary>
    /// <param name="gradients">Gradients of the parameters that the optimiser was created with; may be overwritten.</param>
    /// <param name="learningRate">Step size.</param>
    public void Step(Gradients gradients, double learningRate)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        Steps++;
        Update(gradients.Sums, learningRate);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _state.SelectMany(entry => entry.Tensors))
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract void Update(Tensor[] gradients, double learningRate);

    /// <summary>Those of a list, in the order of the parameters, that belong to decayed parameters.</summary>
    private protected Tensor[] Choose(Tensor[] tensors) => [.. _decayed.Select(i => tensors[i])];

    private protected Tensor[] AddState(string name)
    {
        Tensor[] tensors = [.. Masters.Select(Gradients.ZerosLike)];
        _state.Add((name, tensors));
        return tensors;
    }
}
