using RetinaSharp.Torch.Modules;
using RetinaSharp.Torch.Native;

namespace RetinaSharp.Torch.Optimizers;

/// <summary>The gradients of all trained parameters, summed over the backward passes of one step, in single precision where there is more than one.</summary>
public sealed class Gradients : IDisposable
{
    private static readonly Operator Norm = new("aten::_foreach_norm", "Scalar");
    private static readonly Operator Stack = new("aten::stack");
    private static readonly Operator VectorNorm = new("aten::linalg_vector_norm");

    private readonly Parameter[] _parameters;
    private readonly Portion[] _portions;

    /// <summary>Takes the parameters.</summary>
    /// <param name="parameters">The trained parameters.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public Gradients(IEnumerable<Parameter> parameters)
    {
        _parameters = [.. parameters];
        if (_parameters.Length == 0)
            throw new ArgumentException("There is nothing to train: every parameter is frozen.", nameof(parameters));
        Sums = new Tensor[_parameters.Length];
        _portions = Portion.Cut([.. _parameters.Select(parameter => parameter.Master)], Enumerable.Range(0, _parameters.Length));
    }

    /// <summary>The parameters, in the order of the gradients.</summary>
    public IReadOnlyList<Parameter> Parameters => _parameters;

    /// <summary>The gradient of each parameter, from <see cref="Collect"/> to <see cref="Clear"/>, in the parameter's layout.</summary>
    internal Tensor[] Sums { get; }

    /// <summary>What the gradients are to be multiplied with.</summary>
    internal double Factor { get; private set; } = 1;

    /// <summary>Takes what the last backward passes left at the parameters, shard after shard.</summary>
    /// <param name="first">Whether the step begins with it; otherwise it is added.</param>
    /// <param name="threads">Who does it; the caller alone where not given. The result is the same to the last bit.</param>
    public void Collect(bool first, ShardThreads? threads = null)
    {
        if (first)
            Clear();
        ShardThreads.ForEach(threads, _parameters.Length, i =>
        {
            using var scope = new TensorScope();
            ref var sum = ref Sums[i];
            foreach (var leaf in _parameters[i].Values)
            {
                if (leaf.Gradient() is not { } gradient)
                    continue;
                sum = sum is null ? TensorScope.Detach(gradient) : Add(sum, gradient);
                leaf.ClearGradient();
            }

            sum ??= ZerosLike(_parameters[i].Master);
        });
    }

    /// <summary>Measures all gradients together, and notes by what they are to be scaled down where their norm is larger than allowed.</summary>
    /// <param name="most">The largest norm; infinity only measures.</param>
    /// <param name="threads">Who does it; the caller alone where not given. The result is the same to the last bit.</param>
    /// <returns>The norm before; NaN or infinite where a gradient is.</returns>
    public double Clip(double most, ShardThreads? threads = null)
    {
        var squares = new double[_portions.Length];
        var areInMemory = Sums[0].Device.IsCpu;
        ShardThreads.ForEach(threads, _portions.Length, i =>
        {
            if (areInMemory)
            {
                foreach (var (tensor, start, count) in _portions[i].Pieces)
                {
                    Shim.Check(NativeMethods.rt_squares(Sums[tensor].Handle, start, count, out var sum), "measure gradients");
                    squares[i] += sum;
                }

                return;
            }

            using var scope = new TensorScope();
            var pieces = _portions[i].InSinglePrecision(Sums);
            var norm = VectorNorm.Call(Stack.Call(Norm.CallList(pieces.Length, pieces, 2.0), 0L), 2.0).ToArray()[0];
            squares[i] = (double)norm * norm;
        });
        var norm = Math.Sqrt(squares.Sum());
        Factor = norm > most && double.IsFinite(norm) ? most / (norm + 1e-6) : 1;
        return norm;
    }

    /// <summary>Frees the gradients.</summary>
    public void Clear()
    {
        foreach (var sum in Sums)
            sum?.Dispose();
        Array.Clear(Sums);
        Factor = 1;
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    internal static Tensor ZerosLike(Tensor tensor)
    {
        using var guard = Autograd.WithoutGradient();
        using var scope = new TensorScope();
        return TensorScope.Detach(tensor.Detach().Clone().Zero_());
    }

    private static Tensor Add(Tensor sum, Tensor gradient)
    {
        if (sum.Type != ScalarType.Float32)
        {
            var shorter = sum;
            sum = TensorScope.Detach(shorter.To(ScalarType.Float32));
            shorter.Dispose();
        }

        sum.Add_(gradient);
        return sum;
    }
}
