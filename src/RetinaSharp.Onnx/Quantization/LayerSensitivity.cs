namespace RetinaSharp.Onnx.Quantization;

/// <summary>
/// Measures the error of quantized variants of a model. The sensitivity of a layer is the error of the outputs if that layer alone is quantized: errors of different layers are
/// nearly independent and add up, so that this shows a layer's share. The reverse, one layer in fp32 among quantized ones, would be the difference of two nearly equal
/// errors.
/// </summary>
/// <param name="graph">The graph of the fp32 model.</param>
/// <param name="ranges">The ranges of its tensors.</param>
/// <param name="references">Images with the outputs of the fp32 model.</param>
/// <param name="floor">The floor of the logits; null: none.</param>
/// <param name="options">Weight range and threads.</param>
internal sealed class LayerSensitivity(
    QuantizableGraph graph, IReadOnlyDictionary<string, TensorRange[]> ranges, IReadOnlyList<(InputImage Image, HeadOutputs Outputs)> references, float? floor, OnnxQuantizationOptions options)
{
    /// <summary>Measures the error of each layer alone.</summary>
    /// <param name="layersDone">Receives the number of completed layers.</param>
    /// <param name="cancellationToken">Cancels the measurement between images.</param>
    public IReadOnlyDictionary<string, OnnxOutputError> MeasureLayers(IProgress<int>? layersDone, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, OnnxOutputError>();
        foreach (var layer in graph.Layers)
        {
            errors[layer] = Measure(new HashSet<string> { layer }, cancellationToken);
            layersDone?.Report(errors.Count);
        }

        return errors;
    }

    /// <summary>Measures the error with the given layers quantized.</summary>
    /// <param name="layers">Names of the layers.</param>
    /// <param name="cancellationToken">Cancels the measurement between images.</param>
    public OnnxOutputError Measure(IReadOnlySet<string> layers, CancellationToken cancellationToken)
    {
        var model = QdqGraph.Create(graph, new(graph, layers), ranges, options.WeightLimit);
        ModelSession.AddOutputs(model, HeadOutputs.Names(graph));
        using var session = new ModelSession(graph.File, model, options.Threads);
        var noise = new OutputNoise(floor);
        foreach (var (image, expected) in references)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var outputs = session.Run(image, HeadOutputs.Names(graph));
            noise.Add(expected, HeadOutputs.Read(graph, outputs));
        }

        return noise.Error;
    }
}
