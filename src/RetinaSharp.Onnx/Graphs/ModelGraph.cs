using RetinaSharp.Detection.Configuration;
using RetinaSharp.Detection.Modeling.Architecture;
using RetinaSharp.Detection.Weights;
using RetinaSharp.Onnx.Schema;

namespace RetinaSharp.Onnx.Graphs;

/// <summary>The whole graph of a model: what it takes, the network, what it gives.</summary>
internal static class ModelGraph
{
    private const string Images = "batch";
    private const string Found = "detections";
    private const string Anchors = "anchors";

    /// <param name="weights">The weights.</param>
    /// <param name="description">The model.</param>
    /// <param name="outputs">What it gives.</param>
    /// <param name="inference">How outputs become detections.</param>
    public static GraphProto Create(WeightReader weights, ModelDescription description, OnnxOutputs outputs, InferenceSettings inference)
    {
        var (settings, classes, hasBackground) = (description.Settings.Model, description.Categories.Count, description.Settings.Loss.HasBackgroundOutput);
        var architecture = RetinaNetArchitecture.Create(description.Settings, classes);
        var graph = new GraphBuilder("RetinaNet");
        var network = new Network(graph, weights, architecture);
        var images = graph.Input("images", TensorType.Uint8, "images of one size, red, green, blue; scaled beforehand to the size that the metadata name", Images, "height", "width", "3");
        var input = network.Preprocess(images);
        var levels = network.Levels(input);
        var (logits, deltas) = (network.Head(levels, architecture.ClassificationHead), network.Head(levels, architecture.RegressionHead));
        AnchorLevelGraph[] anchors = [.. levels.Select((level, i) => new AnchorLevelGraph(graph, settings.Anchors, settings.Anchors.MinLevel + i, level, input))];
        if (outputs == OnnxOutputs.Raw)
        {
            graph.Output("logits", Value.Concat(1, logits), TensorType.Float,
                hasBackground ? "logits of each anchor's classes, the background first; their softmax are the scores" : "logits of each anchor's classes; their sigmoids are the scores",
                Images, Anchors, $"{architecture.ClassificationOutputs}");
            graph.Output("deltas", Value.Concat(1, deltas), TensorType.Float, "each anchor's box: dx, dy in sizes of the anchor, dw, dh as logarithms", Images, Anchors, "4");
            graph.Output("anchors", Value.Concat(0, [.. anchors.Select((level, i) => level.All(deltas[i]))]), TensorType.Float, "x1, y1, x2, y2 in pixels of the images", Anchors, "4");
        }
        else
        {
            var found = new DetectionsGraph(graph, inference, classes, hasBackground).Of(images, logits, deltas, anchors);
            graph.Output("boxes", found.Boxes, TensorType.Float, "x1, y1, x2, y2 in pixels of the images", Found, "4");
            graph.Output("scores", found.Scores, TensorType.Float, "probability; falling within an image", Found);
            graph.Output("labels", found.Labels, TensorType.Int64, "class, from 0, in the order of the metadata's classes", Found);
            graph.Output("image", found.Image, TensorType.Int64, "number of the image in the batch, from 0, rising", Found);
        }

        return graph.Graph;
    }
}
