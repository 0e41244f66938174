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
    /// <param name="options">The kind of outputs, and the size of the images if it is fixed.</param>
    /// <param name="inference">The postprocessing settings.</param>
    public static GraphProto Create(WeightReader weights, ModelDescription description, OnnxExportOptions options, InferenceSettings inference)
    {
        var (settings, classes, hasBackground) = (description.Settings.Model, description.Categories.Count, description.Settings.Loss.HasBackgroundOutput);
        var architecture = RetinaNetArchitecture.Create(description.Settings, classes);
        var graph = new GraphBuilder("RetinaNet");
        var network = new Network(graph, weights, architecture);
        var (height, width) = options.Size is { } size ? ($"{size.Height}", $"{size.Width}") : ("height", "width");
        var images = graph.Input("images", TensorType.Uint8, "RGB images of equal size, resized to the size in the metadata", Images, height, width, "3");
        var input = network.Preprocess(images);
        var levels = network.Levels(input);
        var (logits, boxes) = (network.Head(levels, architecture.ClassificationHead), network.Head(levels, architecture.RegressionHead));
        AnchorLevelGraph[] anchors = [.. levels.Select((level, i) => new AnchorLevelGraph(graph, settings.Anchors, settings.Anchors.MinLevel + i, level, input))];
        if (options.Outputs == OnnxOutputs.Raw)
            AddRaw(graph, description, architecture.ClassificationOutputs, logits, boxes, anchors);
        else
            AddDetections(graph, options.Outputs, inference, images, new DetectionsGraph(graph, inference, classes, hasBackground, settings.BoxOutputs, options.Outputs == OnnxOutputs.Padded).Create(images, logits, boxes, anchors));
        return graph.Graph;
    }

    private static void AddRaw(GraphBuilder graph, ModelDescription description, int classOutputs, Value[] logits, Value[] boxes, AnchorLevelGraph[] anchors)
    {
        var boxOutputs = description.Settings.Model.BoxOutputs;
        graph.Output("logits", Value.Concat(1, logits), TensorType.Float,
            description.Settings.Loss.HasBackgroundOutput ? "logits of the classes per anchor, background first; the scores are their softmax" : "logits of the classes per anchor; the scores are their sigmoid",
            Images, Anchors, $"{classOutputs}");
        graph.Output(boxOutputs == BoxHeadOutputs.Delta ? "deltas" : "box_outputs", Value.Concat(1, boxes), TensorType.Float, Describe(boxOutputs), Images, Anchors, $"{boxOutputs.Count}");
        graph.Output("anchors", Value.Concat(0, [.. anchors.Select((level, i) => level.All(boxes[i]))]), TensorType.Float, "x1, y1, x2, y2 in pixels of the input images", Anchors, "4");
    }

    private static void AddDetections(GraphBuilder graph, OnnxOutputs outputs, InferenceSettings inference, Value images, FoundDetections found)
    {
        if (outputs == OnnxOutputs.Padded)
        {
            var (detections, counts) = found.Pad(images.Sizes(0, 1), inference.MaxDetections);
            graph.Output("detections", detections, TensorType.Float, "x1, y1, x2, y2 in pixels of the input images, score, 0-based class index; 0 after the last detection of an image", Images, $"{inference.MaxDetections}", "6");
            graph.Output("counts", counts, TensorType.Int32, "number of detections of each image", Images);
            return;
        }

        graph.Output("boxes", found.Boxes, TensorType.Float, "x1, y1, x2, y2 in pixels of the input images", Detections, "4");
        graph.Output("scores", found.Scores, TensorType.Float, "score in [0, 1], descending within an image", Detections);
        graph.Output("labels", found.Labels, TensorType.Int64, "0-based class index, in the order of the classes in the metadata", Detections);
        graph.Output("image", found.Image, TensorType.Int64, "0-based index of the image in the batch, ascending", Detections);
    }

    private static string Describe(BoxHeadOutputs outputs) => (outputs.Coding switch
    {
        DistributionCoding coding => $"per anchor, logits of the distances from the anchor's center to the left, top, right and bottom edge, 0 to {coding.Sides.MaxDistance} strides each; the distance is the mean of their softmax",
        var coding when coding == BoxCoding.Distance => "per anchor, distances from the anchor's center to the left, top, right and bottom edge in strides; negative ones count as 0",
        _ => "box deltas per anchor: dx, dy relative to the anchor's size, dw, dh as logarithms",
    }) + (outputs.HasCenterness ? "; then the logit of the center-ness" : "");
}
