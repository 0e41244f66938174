using RetinaSharp.Torch.Modules;

namespace RetinaSharp.Torch.Optimizers;

/// <summary>The gradients of all trained parameters, in single precision, summed over the backward passes of one step.</summary>
public sealed class Gradients : IDisposable
{
    private static readonly Operator Norm = new("aten::_foreach_norm", "Scalar");
    private static readonly Operator Stack = new("aten::stack");
    private static readonly Operator VectorNorm = new("aten::linalg_vector_norm");
    private static readonly Operator Scale = new("aten::_foreach_mul_", "Scalar");

    private readonly Parameter[] _parameters;
    private readonly Tensor[] _sums;
    private readonly Portion[] _portions;

    /// <summary>Makes room for the gradients.</summary>
    /// <param name="parameters">The trained parameters.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Gradients(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
            throw new ArgumentException("There is nothing to train: every parameter is frozen.", nameof(parameters));
        _sums = [.. _parameters.Select(parameter => ZerosLike(parameter.Master))];
        _portions = Portion.Cut(_sums, Enumerable.Range(0, _sums.Length));
    }

    /// <summary>The parameters, in the order of <see cref="Sums"/>.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The gradient of each parameter.</summary>
    internal Tensor[] Sums => _sums;

    /// <summary>Takes what the last backward passes left at the parameters, shard after shard.</summary>
    /// <param name="first">Whether the step begins with it; otherwise it is added.</param>
    /// <param name="threads">Who does it; the caller alone where not given. The result is the same to the last bit.</param>
    public void Collect(bool first, ShardThreads? threads = null) =>
        ShardThreads.ForEach(threads, _parameters.Length, i =>
        {
            using var scope = new TensorScope();
            var begun = !first;
            foreach (var leaf in _parameters[i].Values)
            {
                if (leaf.Gradient() is not { } gradient)
                    continue;
                _ = begun ? _sums[i].Add_(gradient) : _sums[i].Copy_(gradient);
                begun = true;
                leaf.ClearGradient();
            }

            if (!begun)
                _sums[i].Zero_();
        });

    /// <summary>Scales all gradients down together where their norm is larger than allowed.</summary>
    /// <param name="most">The largest norm; infinity only measures.</param>
    /// <param name="threads">Who does it; the caller alone where not given. The result is the same to the last bit.</param>
    /// <returns>The norm before; NaN or infinite where a gradient is.</returns>
    public double Clip(double most, ShardThreads? threads = null)
    {
        var squares = new double[_portions.Length];
        ShardThreads.ForEach(threads, _portions.Length, i =>
        {
            using var scope = new TensorScope();
            var pieces = _portions[i].Of(_sums);
            var norm = VectorNorm.Call(Stack.Call(Norm.CallList(pieces.Length, pieces, 2.0), 0L), 2.0).ToArray()[0];
            squares[i] = (double)norm * norm;
        });
        var norm = Math.Sqrt(squares.Sum());
        if (norm > most && double.IsFinite(norm))
        {
            ShardThreads.ForEach(threads, _portions.Length, i =>
            {
                using var scope = new TensorScope();
                Scale.CallInPlace(_portions[i].Of(_sums), most / (norm + 1e-6));
            });
        }

        return norm;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var sum in _sums)
            sum.Dispose();
    }

    internal static Tensor ZerosLike(Tensor tensor)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        return TensorScope.Detach(tensor.Detach().Clone().Zero_());
    }
}
