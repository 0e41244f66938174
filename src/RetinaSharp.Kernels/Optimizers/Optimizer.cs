using TorchSharp;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels.Optimizers;

/// <summary>
/// Base class of the optimizers. On the CPU, with <see cref="FusedKernels"/>, a step is one pass over memory that updates weights,
/// optimizer state, EMA and bf16 copies. Its result does not depend on the number of threads or the CPU model. Elsewhere a step is composed
/// of LibTorch's in-place operators.
/// </summary>
public abstract unsafe class Optimizer : IDisposable
{
    private readonly OptimizedParameter[] _parameters;
    private readonly DenseLayout[] _layouts;
    private readonly ChunkSegment[][] _chunks;
    private readonly List<(string Name, Tensor[] Tensors)> _state = [];
    private readonly double _weightDecay;
    private readonly bool _isOnCpu;

    /// <summary>Initializes the optimizer.</summary>
    /// <param name="parameters">The trained parameters, already on their device.</param>
    /// <param name="weightDecay">Weight decay coefficient of the parameters with <see cref="OptimizedParameter.Decays"/>.</param>
    /// <exception cref="ArgumentException">
    /// A parameter violates the requirements of <see cref="OptimizedParameter"/>, or two share memory.
    /// </exception>
    private protected Optimizer(IReadOnlyList<OptimizedParameter> parameters, double weightDecay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = [.. parameters];
        _layouts = [.. _parameters.Select(parameter => new DenseLayout(parameter.Master, parameter.Name))];
        var addresses = new HashSet<nint>();
        for (var i = 0; i < _parameters.Length; i++)
        {
            var (name, master, _, _) = _parameters[i];
            Check(_parameters[i], _layouts[i]);
            // Otherwise threads would update the same weights concurrently.
            if (master.NumberOfElements > 0 && !addresses.Add((nint)TensorMemory.Pointer(master)))
                throw new ArgumentException($"{name} shares memory with another parameter.", nameof(parameters));
        }

        _weightDecay = weightDecay;
        _isOnCpu = _parameters.All(parameter => parameter.Master.device_type == DeviceType.CPU);
        _chunks = ChunkSegment.Partition(_parameters.Select((parameter, i) => (i, parameter.Master.NumberOfElements)));
    }

    /// <summary>
    /// The optimizer state, which a checkpoint must contain. Each state has a name and one fp32 tensor per parameter, with the shape and
    /// strides of the parameter's master weights. To resume a run, copy the saved values into these tensors and set <see cref="Steps"/>.
    /// </summary>
    public IReadOnlyList<(string Name, Tensor[] Tensors)> State => _state;

    /// <summary>Number of optimizer steps so far.</summary>
    public long Steps { get; set; }

    /// <summary>Returns gradients with the strides of the master weights: those that have others are copied, in the caller's dispose scope.</summary>
    /// <param name="gradients">The gradient of each parameter, in the order of the parameters.</param>
    public IReadOnlyList<Tensor> Fit(IReadOnlyList<Tensor> gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        return [.. _layouts.Zip(gradients, (layout, gradient) => layout.Fit(gradient))];
    }

    /// <summary>
    /// Performs an optimizer step: updates the master weights and their bf16 copies. It writes to their memory directly, without autograd's
    /// version checks, so no autograd graph that uses them may be alive.
    /// </summary>
    /// <param name="gradients">
    /// The gradient of each parameter, in the order of the parameters, fp32 or bf16 and in any memory format. Gradients are not modified. A
    /// gradient whose strides differ from those of the master weights is copied first.
    /// </param>
    /// <param name="learningRate">The learning rate; that of a parameter is multiplied by its <see cref="OptimizedParameter.LearningRateFactor"/>.</param>
    /// <param name="factor">
    /// A factor that the gradients are multiplied by, such as <see cref="GradientNorm.ClipFactor"/> for clipping.
    /// </param>
    /// <param name="ema">
    /// The EMA of the weights, which is updated in the same pass, as by <see cref="ExponentialMovingAverage.Update"/> after the step. Null
    /// for none.
    /// </param>
    /// <exception cref="ArgumentException">
    /// The number of gradients, or the type, shape or device of a gradient, does not match the parameters. Nothing has been modified.
    /// </exception>
    public void Step(IReadOnlyList<Tensor> gradients, double learningRate, double factor = 1, ExponentialMovingAverage? ema = null)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        if (gradients.Count != _parameters.Length)
            throw new ArgumentException($"There are {gradients.Count} gradients for {_parameters.Length} parameters.", nameof(gradients));
        for (var i = 0; i < _parameters.Length; i++)
        {
            if (gradients[i].dtype is not (ScalarType.Float32 or ScalarType.BFloat16) || !_layouts[i].HasShape(gradients[i]) || gradients[i].device_type != _parameters[i].Master.device_type)
            {
                throw new ArgumentException($"The gradient of {_parameters[i].Name} is {TensorMemory.Describe(gradients[i])} on {gradients[i].device}, "
                    + $"its weight {TensorMemory.Describe(_parameters[i].Master)} on {_parameters[i].Master.device}.", nameof(gradients));
            }
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        if (_isOnCpu && FusedKernels.AreEnabled)
        {
            StepFused(gradients, learningRate, factor, ema);
            return;
        }

        StepByOperators(gradients, learningRate, factor);
        ema?.Update();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _state.SelectMany(entry => entry.Tensors))
            tensor.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Updates a range of elements of one parameter with the fused kernel.</summary>
    private protected abstract void Update(in UpdateMemory memory, double learningRate, double factor, double weightDecay);

    /// <summary>Updates one parameter with LibTorch's operators.</summary>
    /// <param name="index">Index of the parameter.</param>
    /// <param name="weight">The master weights of the parameter.</param>
    /// <param name="gradient">The gradient of the parameter in fp32; must not be modified.</param>
    /// <param name="learningRate">The learning rate.</param>
    /// <param name="factor">A factor that the gradient is multiplied by.</param>
    /// <param name="weightDecay">Weight decay of this parameter; 0 if it does not decay.</param>
    private protected abstract void Update(int index, Tensor weight, Tensor gradient, double learningRate, double factor, double weightDecay);

    private protected Tensor[] AddState(string name)
    {
        using var noGrad = no_grad();
        // zeros_like keeps the strides of a dense tensor.
        Tensor[] tensors = [.. _parameters.Select(parameter => zeros_like(parameter.Master).DetachFromDisposeScope())];
        _state.Add((name, tensors));
        return tensors;
    }

    private static void Check(OptimizedParameter parameter, DenseLayout layout)
    {
        var (name, master, graphWeights) = (parameter.Name, parameter.Master, parameter.GraphWeights);
        if (master.dtype != ScalarType.Float32)
            throw new ArgumentException($"{name}: the master weights are {TensorMemory.Describe(master)}, not fp32.");
        if (!layout.Matches(graphWeights) || graphWeights.device_type != master.device_type)
            throw new ArgumentException($"{name}: the graph's weights {TensorMemory.Describe(graphWeights)} differ in shape, strides or device from the master weights {TensorMemory.Describe(master)}.");
        if (graphWeights.dtype != ScalarType.BFloat16 && (graphWeights.dtype != ScalarType.Float32 || TensorMemory.Pointer(graphWeights) != TensorMemory.Pointer(master)))
            throw new ArgumentException($"{name}: the graph's weights are neither bf16 nor the memory of the master weights.");
    }

    private double GetWeightDecay(OptimizedParameter parameter) => parameter.Decays ? _weightDecay : 0;

    private void StepFused(IReadOnlyList<Tensor> gradients, double learningRate, double factor, ExponentialMovingAverage? ema)
    {
        var averages = ema?.GetIndicesByAddress();
        var isAveraged = new bool[ema?.Averages.Count ?? 0];
        if (ema is not null)
            ema.Updates++;
        // The memory of whole parameters; Slice offsets the addresses for each segment of a chunk.
        var matching = new Tensor[_parameters.Length];
        var memories = new UpdateMemory[_parameters.Length];
        for (var i = 0; i < memories.Length; i++)
        {
            matching[i] = _layouts[i].Fit(gradients[i]);
            var (_, master, graphWeights, _) = _parameters[i];
            ref var memory = ref memories[i];
            memory.Weights = (float*)TensorMemory.Pointer(master);
            memory.Gradients = TensorMemory.Pointer(matching[i]);
            memory.AreGradientsBFloat16 = matching[i].dtype == ScalarType.BFloat16;
            memory.Bf16Weights = graphWeights.dtype == ScalarType.BFloat16 ? (ushort*)TensorMemory.Pointer(graphWeights) : null;
            memory.FirstState = (float*)TensorMemory.Pointer(_state[0].Tensors[i]);
            memory.SecondState = _state.Count > 1 ? (float*)TensorMemory.Pointer(_state[1].Tensors[i]) : null;
            if (averages is not null && averages.TryGetValue((nint)memory.Weights, out var average))
            {
                memory.Averages = (float*)TensorMemory.Pointer(ema!.Averages[average]);
                memory.AverageRate = (float)(1 - ema.CurrentDecay);
                isAveraged[average] = true;
            }
        }

        ParallelFor.Run(_chunks.Length, chunk =>
        {
            foreach (var (tensor, start, count) in _chunks[chunk])
                Update(Slice(memories[tensor], start, count), learningRate * _parameters[tensor].LearningRateFactor, factor, GetWeightDecay(_parameters[tensor]));
        });
        GC.KeepAlive(matching);
        // Updates the averages of buffers and frozen weights.
        ema?.UpdateWhere(i => !isAveraged[i]);
    }

    private static UpdateMemory Slice(UpdateMemory memory, long start, int count)
    {
        memory.Count = count;
        memory.Weights += start;
        memory.Gradients = (byte*)memory.Gradients + (start * (memory.AreGradientsBFloat16 ? sizeof(ushort) : sizeof(float)));
        memory.Bf16Weights += memory.Bf16Weights == null ? 0 : start;
        memory.FirstState += start;
        memory.SecondState += memory.SecondState == null ? 0 : start;
        memory.Averages += memory.Averages == null ? 0 : start;
        return memory;
    }

    private void StepByOperators(IReadOnlyList<Tensor> gradients, double learningRate, double factor)
    {
        for (var i = 0; i < _parameters.Length; i++)
        {
            // Frees the temporaries of each parameter before the next one.
            using var scope = NewDisposeScope();
            var (_, master, graphWeights, _) = _parameters[i];
            Update(i, master, gradients[i].to(ScalarType.Float32), learningRate * _parameters[i].LearningRateFactor, factor, GetWeightDecay(_parameters[i]));
            if (graphWeights.dtype == ScalarType.BFloat16)
                graphWeights.copy_(master);
        }
    }
}
