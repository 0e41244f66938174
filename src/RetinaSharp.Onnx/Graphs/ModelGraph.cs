using RetinaSharp.Boxes;
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
        var (logits, boxes) = (network.Head(levels, architecture.ClassificationHead), network.Head(levels, architecture.RegressionHead));
        AnchorLevelGraph[] anchors = [.. levels.Select((level, i) => new AnchorLevelGraph(graph, settings.Anchors, settings.Anchors.MinLevel + i, level, input))];
        if (outputs == OnnxOutputs.Raw)
        {
            graph.Output("logits", Value.Concat(1, logits), TensorType.Float,
                hasBackground ? "logits of the classes per anchor, background first; the scores are their softmax" : "logits of the classes per anchor; the scores are their sigmoid",
                Images, Anchors, $"{architecture.ClassificationOutputs}");
            graph.Output(
                settings.BoxOutputs == BoxHeadOutputs.Delta ? "deltas" : "box_outputs", Value.Concat(1, boxes), TensorType.Float, Describe(settings.BoxOutputs), Images, Anchors, $"{settings.BoxOutputs.Count}");
            graph.Output("anchors", Value.Concat(0, [.. anchors.Select((level, i) => level.All(boxes[i]))]), TensorType.Float, "x1, y1, x2, y2 in pixels of the input images", Anchors, "4");
        }
        else
        {
            var found = new DetectionsGraph(graph, inference, classes, hasBackground, settings.BoxOutputs).Create(images, logits, boxes, anchors);
            graph.Output("boxes", found.Boxes, TensorType.Float, "x1, y1, x2, y2 in pixels of the input images", Detections, "4");
            graph.Output("scores", found.Scores, TensorType.Float, "score in [0, 1], descending within an image", Detections);
            graph.Output("labels", found.Labels, TensorType.Int64, "0-based class index, in the order of the classes in the metadata", Detections);
            graph.Output("image", found.Image, TensorType.Int64, "0-based index of the image in the batch, ascending", Detections);
        }

        return graph.Graph;
    }

    private static string Describe(BoxHeadOutputs outputs) => (outputs.Coding switch
    {
        DistributionCoding coding => $"per anchor, logits of the distances from the anchor's center to the left, top, right and bottom edge, 0 to {coding.Sides.MaxDistance} strides each; the distance is the mean of their softmax",
        var coding when coding == BoxCoding.Distance => "per anchor, distances from the anchor's center to the left, top, right and bottom edge in strides; negative ones count as 0",
        _ => "box deltas per anchor: dx, dy relative to the anchor's size, dw, dh as logarithms",
    }) + (outputs.HasCenterness ? "; then the logit of the center-ness" : "");
}
