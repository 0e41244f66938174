using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using RetinaSharp.AspNetCore.Models;
using RetinaSharp.AspNetCore.Requests;
using RetinaSharp.Inference;

namespace RetinaSharp.AspNetCore.Detection;

/// <summary><c>POST /v1/detect</c> and <c>POST /v1/models/{model}/detect</c>.</summary>
internal sealed class DetectEndpoint(ModelCatalog catalog, DetectionRunner runner, IOptions<ServingOptions> options, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context)
    {
        var serving = options.Value;
        using var deadline = new RequestDeadline(context, serving, time);
        try
        {
            var model = catalog.Get(context.GetRouteValue("model") as string);
            var query = DetectionQuery.Parse(context.Request.Query, serving.MaxDetections);
            var (content, detected) = await DetectAsync(context, model, query, serving, deadline.Token).ConfigureAwait(false);
            await WriteAsync(context, model, content, detected).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.HasPassed)
        {
            throw RequestException.DeadlineExceeded();
        }
    }

    /// <summary>Reads the images and detects objects in them. The reference to the detector ends before the response is written, which a slow client may make long.</summary>
    private async Task<(ImageContent Content, DetectedImage[] Detected)> DetectAsync(
        HttpContext context, ServedModel model, DetectionQuery query, ServingOptions serving, CancellationToken cancellationToken)
    {
        using var detector = model.AcquireFree();
        var body = await RequestBody.ReadAsync(context.Request, serving.MaxBodyBytes, cancellationToken).ConfigureAwait(false);
        var content = await ImageContent.ParseAsync(context.Request.ContentType, body, serving.MaxImages).ConfigureAwait(false);
        InputImage[] images = [.. content.Files.Select((file, i) => InputImage.FromFile(Describe(content, i), file.Bytes, serving.MaxPixels))];
        var filter = query.For(detector.Detector.Categories);
        var found = await runner.RunAsync(model, detector, images, cancellationToken).ConfigureAwait(false);
        return (content, [.. found.Select((image, i) => Create(content.Files[i].Name, image, filter))]);
    }

    private static Task WriteAsync(HttpContext context, ServedModel model, ImageContent content, DetectedImage[] images) => content.IsSingle
        ? context.Response.WriteAsJsonAsync(
            new SingleDetectionResponse(model.Name, model.Version, images[0].Width, images[0].Height, images[0].Detections), DetectionJson.Default.SingleDetectionResponse, cancellationToken: context.RequestAborted)
        : context.Response.WriteAsJsonAsync(new DetectionResponse(model.Name, model.Version, images), DetectionJson.Default.DetectionResponse, cancellationToken: context.RequestAborted);

    private static string Describe(ImageContent content, int index) =>
        content.IsSingle ? "the image" : content.Files[index].Name is { Length: > 0 } name ? $"image {index + 1} ({name})" : $"image {index + 1}";

    private static DetectedImage Create(string name, ImageDetections image, DetectionFilter filter) => new(
        name.Length == 0 ? null : name, image.Width, image.Height,
        [.. filter.Apply(image.Detections).Select(found => new DetectionItem(
            found.Class, found.Category.Name, found.Category.Id, found.Score, [found.Box.X1, found.Box.Y1, found.Box.X2, found.Box.Y2]))]);
}
