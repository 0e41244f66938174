using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Inference;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>Builds the complete graph of a model: inputs, preprocessing, network, postprocessing and outputs.</summary>
internal static class ModelGraph
{
    private const string Images = "batch";
    private const string Detections = "detections";
    private const string Anchors = "anchors";

    /// <summary>Builds the graph of a model with its weights.</summary>
    /// <param name="weights">Reads the model's weights.</param>
    /// <param name="description">The model's settings and classes.</param>
    /// <param name="outputs">The kind of outputs.</param>
    /// <param name="inference">The postprocessing settings.</param>
    public static GraphProto Create(WeightReader weights, ModelDescription description, OnnxOutputs outputs, InferenceSettings inference)
    {
        var (settings, classes, hasBackground) = (description.Settings.Model, description.Categories.Count, description.Settings.Loss.HasBackgroundOutput);
        var architecture = RetinaNetArchitecture.Create(description.Settings, classes);
        var graph = new GraphBuilder("RetinaNet");
        var network = new Network(graph, weights, architecture);
        var images = graph.Input("images", TensorType.Uint8, "RGB images of equal size, resized to the size in the metadata", Images, "height", "width", "3");
        var input = network.Preprocess(images);
        var levels = network.Levels(input);
        var (logits, deltas) = (network.Head(levels, architecture.ClassificationHead), network.Head(levels, architecture.RegressionHead));
        AnchorLevelGraph[] anchors = [.. levels.Select((level, i) => new AnchorLevelGraph(graph, settings.Anchors, settings.Anchors.MinLevel + i, level, input))];
        if (outputs == OnnxOutputs.Raw)
        {
            graph.Output("logits", Value.Concat(1, logits), TensorType.Float,
                hasBackground ? "logits of the classes per anchor, background first; the scores are their softmax" : "logits of the classes per anchor; the scores are their sigmoid",
                Images, Anchors, $"{architecture.ClassificationOutputs}");
            graph.Output("deltas", Value.Concat(1, deltas), TensorType.Float, "box deltas per anchor: dx, dy relative to the anchor's size, dw, dh as logarithms", Images, Anchors, "4");
            graph.Output("anchors", Value.Concat(0, [.. anchors.Select((level, i) => level.All(deltas[i]))]), TensorType.Float, "x1, y1, x2, y2 in pixels of the input images", Anchors, "4");
        }
        else
        {
            var found = new DetectionsGraph(graph, inference, classes, hasBackground).Create(images, logits, deltas, anchors);
            graph.Output("boxes", found.Boxes, TensorType.Float, "x1, y1, x2, y2 in pixels of the input images", Detections, "4");
            graph.Output("scores", found.Scores, TensorType.Float, "score in [0, 1], descending within an image", Detections);
            graph.Output("labels", found.Labels, TensorType.Int64, "0-based class index, in the order of the classes in the metadata", Detections);
            graph.Output("image", found.Image, TensorType.Int64, "0-based index of the image in the batch, ascending", Detections);
        }

        return graph.Graph;
    }
}
