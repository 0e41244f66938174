using RetinaSharp.Kernels.Native;
using static TorchSharp.torch;

namespace RetinaSharp.Kernels;

/// <summary>The autograd node of a fused convolution of one or more feature maps with the same weight.</summary>
internal sealed class ConvolutionNode : AutogradNode
{
    private readonly CpuConvolution _convolution;
    private readonly bool[] _needsInputGradients;
    private readonly bool _needsWeightGradient;
    private readonly bool _hasBias, _needsBiasGradient;
    private readonly bool _hasResidual;
    private Tensor[] _inputs;
    private Tensor[] _outputs;
    private Tensor? _weight, _scale;

    private ConvolutionNode(CpuConvolution convolution, Tensor[] inputs, Tensor weight, Tensor? bias, PostOps postOps, Tensor[] outputs)
    {
        (_convolution, _hasBias, _hasResidual) = (convolution, bias is not null, postOps.Residual is not null);
        _needsBiasGradient = bias?.requires_grad is true;
        (_needsInputGradients, _needsWeightGradient) = (Array.ConvertAll(inputs, input => input.requires_grad), weight.requires_grad);
        // Detached: an output that its own node references would form a cycle and never be freed.
        _inputs = Array.ConvertAll(inputs, Retain);
        _outputs = convolution.Relu ? Array.ConvertAll(outputs, Retain) : [];
        (_weight, _scale) = (Retain(weight), postOps.Scale is null ? null : Retain(postOps.Scale));
    }

    /// <summary>Computes the convolution's output for each input, with a new node as <c>grad_fn</c> of the outputs.</summary>
    public static Tensor[] Forward(CpuConvolution convolution, Tensor[] inputs, Tensor weight, Tensor? bias, PostOps postOps)
    {
        var maps = Array.ConvertAll(inputs, input => input.ChannelsLast());
        try
        {
            var outputs = convolution.Forward(maps, weight, bias, postOps, packed: null);
            var node = new ConvolutionNode(convolution, maps, weight, bias, postOps, outputs);
            List<Tensor> sources = [.. inputs, weight];
            if (bias is not null)
                sources.Add(bias);
            if (postOps.Residual is not null)
                sources.Add(postOps.Residual);
            return node.Attach([.. sources], outputs);
        }
        finally
        {
            foreach (var map in maps)
                map.Dispose();
        }
    }

    protected override Tensor?[] Backward(Tensor?[] gradients)
    {
        var outputGradients = new Tensor[gradients.Length];
        Tensor? biasGradient = null;
        for (var i = 0; i < gradients.Length; i++)
        {
            var gradient = gradients[i]?.ChannelsLast() ?? throw new InvalidOperationException("An output of a convolution of several feature maps has no gradient: the loss must depend on every output.");
            (outputGradients[i], var sum) = PostOpsGradient.Compute(gradient, _convolution.Relu ? _outputs[i] : null, _needsBiasGradient);
            biasGradient = biasGradient is null ? sum : biasGradient.AddInPlace(sum!);
        }

        var postOps = new PostOps(Scale: _scale);
        var (inputs, weight) = _convolution.Backward(outputGradients, _inputs, postOps.Fold(_weight!), _needsInputGradients, _needsWeightGradient);
        List<Tensor?> results = [.. inputs, weight is null ? null : postOps.Fold(weight)];
        if (_hasBias)
            results.Add(biasGradient?.to(_weight!.dtype));
        if (_hasResidual)
            results.Add(outputGradients[0]);
        return [.. results];
    }

    protected override void Release()
    {
        foreach (var tensor in _inputs.Concat(_outputs))
            tensor.Dispose();
        _weight?.Dispose();
        _scale?.Dispose();
        (_inputs, _outputs, _weight, _scale) = ([], [], null, null);
    }

    private static Tensor Retain(Tensor tensor) => tensor.detach().DetachFromDisposeScope();
}
