using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Torch.Optimizers;

/// <summary>Moves the weights along gradients, masters and what the graph uses. Many parameters are updated together, portion by portion.</summary>
public abstract class Optimizer : IDisposable
{
    private protected static readonly Operator AddList = new("aten::_foreach_add_", "List");
    private protected static readonly Operator MultiplyScalar = new("aten::_foreach_mul_", "Scalar");

    private readonly List<(string Name, Tensor[] Tensors)> _state = [];
    private readonly Tensor[] _masters;
    private readonly Tensor[] _values;
    private readonly Portion[] _decayed;
    private readonly Portion[] _others;
    private readonly bool _isInMemory;

    /// <summary>Creates an optimiser.</summary>
    /// <param name="parameters">The trained parameters.</param>
    /// <param name="weightDecay">Share of the weight that is added to its gradient, or taken off it in AdamW.</param>
    /// <param name="decayNormsAndBiases">Whether scales, shifts and biases decay too.</param>
    protected Optimizer(IReadOnlyList<Parameter> parameters, double weightDecay, bool decayNormsAndBiases)
    {
        _masters = [.. parameters.Select(parameter => parameter.Master)];
        // The leaves of all shards are of one memory.
        _values = [.. parameters.Select(parameter => parameter.Values[0])];
        WeightDecay = weightDecay;
        _isInMemory = _masters.All(master => master.Device.IsCpu);
        var decays = Enumerable.Range(0, parameters.Count).ToLookup(i => weightDecay != 0 && (decayNormsAndBiases || parameters[i].Kind == ParameterKind.Weight));
        (_decayed, _others) = (Portion.Cut(_masters, decays[true]), Portion.Cut(_masters, decays[false]));
    }

    /// <summary>What must be saved, beside the weights, to go on as if never interrupted: a name and one tensor a parameter.</summary>
    public IReadOnlyList<(string Name, Tensor[] Tensors)> State => _state;

    /// <summary>Steps done so far; part of the state.</summary>
    public long Steps { get; set; }

    /// <summary>Whether weights in the processor's memory are moved in one pass. Otherwise, and on other devices, by operators; for tests.</summary>
    internal bool InOnePass { get; init; } = true;

    private protected double WeightDecay { get; }

    /// <summary>Moves the weights once. What modules derived from them is theirs to forget (<see cref="Module.Forget"/>).</summary>
    /// <param name="gradients">Gradients of the parameters that the optimiser was created with; they are used up.</param>
    /// <param name="learningRate">Step size.</param>
    /// <param name="threads">Who does it; the caller alone where not given. The result is the same to the last bit.</param>
    public void Step(Gradients gradients, double learningRate, ShardThreads? threads = null)
    {
        Steps++;
        ShardThreads.ForEach(threads, _decayed.Length + _others.Length, i =>
        {
            using var scope = new TensorScope();
            var decays = i < _decayed.Length;
            var portion = decays ? _decayed[i] : _others[i - _decayed.Length];
            if (InOnePass && _isInMemory)
            {
                foreach (var (tensor, start, count) in portion.Pieces)
                    Update(tensor, start, count, (_masters[tensor].Handle, gradients.Sums[tensor].Handle, _values[tensor].Handle), gradients.Factor, decays ? WeightDecay : 0, learningRate);
                return;
            }

            var (weights, steps) = (portion.Of(_masters), portion.InSinglePrecision(gradients.Sums));
            if (gradients.Factor != 1)
                MultiplyScalar.CallInPlace(steps, gradients.Factor);
            Update(portion, decays, weights, steps, learningRate);
            foreach (var (value, weight) in portion.Of(_values).Zip(weights).Where(pair => pair.First.Type != ScalarType.Float32))
                value.Copy_(weight);
        });
        gradients.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _state.SelectMany(entry => entry.Tensors))
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Moves some elements of a parameter in one pass over memory.</summary>
    /// <param name="tensor">The parameter's number.</param>
    /// <param name="start">The first element, in the order of memory.</param>
    /// <param name="count">Their number.</param>
    /// <param name="handles">The parameter's weights, gradients in either type, and what the graph uses.</param>
    /// <param name="factor">What gradients are multiplied with.</param>
    /// <param name="decay">Weight decay.</param>
    /// <param name="learningRate">Step size.</param>
    private protected abstract void Update(int tensor, long start, long count, (nint Weights, nint Gradients, nint Values) handles, double factor, double decay, double learningRate);

    /// <summary>Moves a portion of the weights by operators, wherever they are.</summary>
    /// <param name="portion">The portion.</param>
    /// <param name="decays">Whether its weights decay.</param>
    /// <param name="weights">The portion's weights.</param>
    /// <param name="gradients">Their gradients in single precision; may be overwritten.</param>
    /// <param name="learningRate">Step size.</param>
    private protected abstract void Update(Portion portion, bool decays, Tensor[] weights, Tensor[] gradients, double learningRate);

    private protected Tensor[] AddState(string name)
    {
        Tensor[] tensors = [.. _masters.Select(Gradients.ZerosLike)];
        _state.Add((name, tensors));
        return tensors;
    }
}
