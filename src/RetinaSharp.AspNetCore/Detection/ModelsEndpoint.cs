using Microsoft.AspNetCore.Http;
using RetinaSharp.AspNetCore.Models;

namespace RetinaSharp.AspNetCore.Detection;

/// <summary><c>GET /v1/models</c>.</summary>
internal sealed class ModelsEndpoint(ModelCatalog catalog)
{
    public Task HandleAsync(HttpContext context) => context.Response.WriteAsJsonAsync(
        new ModelList([.. catalog.Models.Select(Describe)]), DetectionJson.Default.ModelList, cancellationToken: context.RequestAborted);

    private static ModelItem Describe(ServedModel model)
    {
        if (!model.IsReady)
            return new(model.Name, model.Version, IsReady: false, null, null, null);
        using var detector = model.Acquire();
        var input = detector.Detector.Input;
        return new(
            model.Name, model.Version, IsReady: true, detector.Loaded, new(input.Short, input.Long),
            [.. detector.Detector.Categories.Select((category, index) => new ClassItem(index, category.Name, category.Id))]);
    }
}
