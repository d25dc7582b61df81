//! The crate `zitadel`, unmodified: its documentation's examples by token and by key file, a tester's story of a user at the
//! first API, the second API, and its introspection. Prints `zitadel <version>: <n> checks`.

use std::env;
use std::error::Error;

use tonic::transport::Channel;
use tonic::{Code, Status};
use zitadel::api::clients::ClientBuilder;
use zitadel::api::interceptors::AccessTokenInterceptor;
use zitadel::api::zitadel::auth::v1::GetMyUserRequest;
use zitadel::api::zitadel::management::v1::management_service_client::ManagementServiceClient;
use zitadel::api::zitadel::management::v1::*;
use zitadel::api::zitadel::user::v1::search_query::Query;
use zitadel::api::zitadel::user::v1::{EmailQuery, SearchQuery, UserState};
use zitadel::api::zitadel::user::v2 as users;
use zitadel::credentials::{AuthenticationOptions, ServiceAccount};
use zitadel::oidc::discovery::discover;
use zitadel::oidc::introspection::{AuthorityAuthentication, introspect};

type Outcome<T> = Result<T, Box<dyn Error>>;
type Management =
    ManagementServiceClient<tonic::service::interceptor::InterceptedService<Channel, AccessTokenInterceptor>>;

/// Fails where a call was not refused in this way.
fn refused<T>(result: Result<T, Status>, code: Code, message: &str) {
    let status = result.err().expect("the call is refused");
    assert_eq!((status.code(), status.message()), (code, message));
}

fn variable(name: &str) -> String {
    env::var(name).expect("a variable of `fauxidp env`")
}

async fn management(url: &str, token: &str) -> Outcome<Management> {
    ClientBuilder::new(url).with_access_token(token).build_management_client().await
}

/// Who somebody is at the first API, by a token.
async fn my_name(url: &str, token: &str) -> Outcome<Result<String, Status>> {
    let mut client = ClientBuilder::new(url).with_access_token(token).build_auth_client().await?;
    let answer = client.get_my_user(GetMyUserRequest {}).await;
    Ok(answer.map(|answer| answer.into_inner().user.expect("a user").user_name))
}

/// The examples of the crate's documentation: who am I, by a token and by a key file.
async fn examples(url: &str) -> Outcome<usize> {
    assert_eq!(my_name(url, &variable("ZITADEL_TOKEN")).await??, "zitadel-admin");
    refused(my_name(url, "nobody").await?, Code::Unauthenticated, "Errors.Token.Invalid (AUTH-7fs1e)");
    let account = ServiceAccount::load_from_json(&variable("ZITADEL_KEY_JSON"))?;
    let options = AuthenticationOptions { api_access: true, ..Default::default() };
    let mut client = ClientBuilder::new(url).with_service_account(&account, Some(options)).build_auth_client().await?;
    let user = client.get_my_user(GetMyUserRequest {}).await?.into_inner().user.expect("a user");
    assert_eq!(user.id, "machine-service-account");
    Ok(3)
}

async fn import(management: &mut Management) -> Outcome<String> {
    let request = ImportHumanUserRequest {
        user_name: "grace".to_owned(),
        profile: Some(import_human_user_request::Profile {
            first_name: "Grace".to_owned(),
            last_name: "Made".to_owned(),
            ..Default::default()
        }),
        email: Some(import_human_user_request::Email {
            email: "grace@example.com".to_owned(),
            is_email_verified: true,
        }),
        password: "Correct-Horse-Battery-9".to_owned(),
        ..Default::default()
    };
    Ok(management.import_human_user(request).await?.into_inner().user_id)
}

/// A user is imported, found, granted, kept out, let in, locked and removed.
async fn story(url: &str, token: &str) -> Outcome<usize> {
    let mut management = management(url, token).await?;
    let id = import(&mut management).await?;
    let query = Query::EmailQuery(EmailQuery { email_address: "grace@example.com".to_owned(), method: 0 });
    let request = ListUsersRequest { queries: vec![SearchQuery { query: Some(query) }], ..Default::default() };
    let found = management.list_users(request).await?.into_inner().result;
    assert_eq!(found.iter().map(|user| &user.id).collect::<Vec<_>>(), [&id]);

    let project = AddProjectRequest { name: "Ledger".to_owned(), ..Default::default() };
    let project_id = management.add_project(project).await?.into_inner().id;
    let role = AddProjectRoleRequest {
        project_id: project_id.clone(),
        role_key: "clerk".to_owned(),
        display_name: "Clerk".to_owned(),
        ..Default::default()
    };
    management.add_project_role(role).await?;
    let grant = AddUserGrantRequest {
        user_id: id.clone(),
        project_id,
        role_keys: vec!["clerk".to_owned()],
        ..Default::default()
    };
    management.add_user_grant(grant.clone()).await?;
    refused(management.add_user_grant(grant).await, Code::AlreadyExists, "User grant already exists (V3-DKcYh)");

    let deactivate = DeactivateUserRequest { id: id.clone() };
    management.deactivate_user(deactivate.clone()).await?;
    let again = management.deactivate_user(deactivate).await;
    refused(again, Code::FailedPrecondition, "User already inactive (COMMAND-5M0sf)");
    let read = GetUserByIdRequest { id: id.clone() };
    let user = management.get_user_by_id(read.clone()).await?.into_inner().user.expect("a user");
    assert_eq!(user.state(), UserState::Inactive);
    management.reactivate_user(ReactivateUserRequest { id: id.clone() }).await?;
    management.lock_user(LockUserRequest { id: id.clone() }).await?;
    let again = management.lock_user(LockUserRequest { id: id.clone() }).await;
    refused(again, Code::FailedPrecondition, "User is not active or initial (COMMAND-3NN8v)");
    management.unlock_user(UnlockUserRequest { id: id.clone() }).await?;
    management.remove_user(RemoveUserRequest { id }).await?;
    refused(management.get_user_by_id(read).await, Code::NotFound, "User could not be found (QUERY-Dfbg2)");
    Ok(6)
}

/// The second API and the first one show one state.
async fn second(url: &str, token: &str) -> Outcome<usize> {
    let mut management = management(url, token).await?;
    let id = import(&mut management).await?;
    let mut client = ClientBuilder::new(url).with_access_token(token).build_user_client().await?;
    client.deactivate_user(users::DeactivateUserRequest { user_id: id.clone() }).await?;
    let again = client.deactivate_user(users::DeactivateUserRequest { user_id: id.clone() }).await;
    refused(again, Code::FailedPrecondition, "User already inactive (COMMAND-5gunjw0cd7)");
    let read = GetUserByIdRequest { id: id.clone() };
    let user = management.get_user_by_id(read).await?.into_inner().user.expect("a user");
    assert_eq!(user.state(), UserState::Inactive);
    client.delete_user(users::DeleteUserRequest { user_id: id.clone() }).await?;
    let gone = client.get_user_by_id(users::GetUserByIdRequest { user_id: id }).await;
    refused(gone, Code::NotFound, "User could not be found (QUERY-Dfbg2)");
    Ok(3)
}

/// A machine's token as the seeded API sees it, before and after the machine is kept out.
async fn introspection(url: &str, token: &str) -> Outcome<usize> {
    let mut management = management(url, token).await?;
    let account = ServiceAccount::load_from_json(&variable("ZITADEL_KEY_JSON"))?;
    let audience = vec!["69629023906488500".to_owned()];
    let options = AuthenticationOptions { project_audiences: audience, ..Default::default() };
    let issued = account.authenticate_with_options(url, &options).await?;
    let metadata = discover(url).await?;
    let endpoint = metadata.additional_metadata().introspection_endpoint.clone().expect("an endpoint");
    let api = AuthorityAuthentication::Basic {
        client_id: "zitadel-api".to_owned(),
        client_secret: "zitadel-api-secret".to_owned(),
    };
    let active = async |token: &str| -> Outcome<bool> {
        use openidconnect::TokenIntrospectionResponse;
        Ok(introspect(&endpoint, url, &api, token).await?.active())
    };
    assert!(active(&issued).await?);
    management.deactivate_user(DeactivateUserRequest { id: "machine-service-account".to_owned() }).await?;
    assert!(!active(&issued).await?);
    assert!(account.authenticate_with_options(url, &options).await.is_err());
    Ok(3)
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let (url, token) = (variable("ZITADEL_URL"), variable("ZITADEL_TOKEN"));
    // One world for each, by the token: what a token of that world issues leads back.
    let mut checks = examples(&url).await?;
    checks += story(&url, &format!("{token}~rust-story")).await?;
    checks += second(&url, &format!("{token}~rust-second")).await?;
    checks += introspection(&url, &token).await?;
    println!("zitadel {}: {checks} checks", env!("ZITADEL_VERSION"));
    Ok(())
}
