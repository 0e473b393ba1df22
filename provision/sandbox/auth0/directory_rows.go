package auth0

// Rows are the operations on applications, connections, users and APIs.
func (s *Directory) Rows() []row {
	readClients := []string{"read:clients", "read:client_keys", "read:client_credentials", "read:client_summary"}
	rows := []row{
		api("GET", "/clients", "", s.listClients, recording+": TestClient_List, TestAccPages", ""),
		api("POST", "/clients", "create:clients", s.createClient, recording+": TestClient_Create", ""),
		api("GET", "/clients/{id}", "", s.getClient, recording+": TestClient_Read", ""),
		api("PATCH", "/clients/{id}", "update:clients", s.patchClient, recording+": TestClient_Update, TestAccPages", ""),
		api("DELETE", "/clients/{id}", "delete:clients", s.deleteClient, recording+": TestClient_Delete", "deleting the global client"),
		api("GET", "/client-grants", "read:client_grants", s.listGrants, recording+": TestClientGrantManager_List", ""),
		api("POST", "/client-grants", "create:client_grants", s.createGrant, recording+": TestClientGrantManager_Create", "text of the conflict"),
		api("PATCH", "/client-grants/{id}", "update:client_grants", s.patchGrant, recording+": TestClientGrantManager_Update", ""),
		api("DELETE", "/client-grants/{id}", "delete:client_grants", s.deleteGrant, recording+": TestClientGrantManager_Delete", ""),
		api("GET", "/connections", "read:connections", s.listConnections, recording+": TestConnectionManager_List", ""),
		api("GET", "/connections/{id}", "read:connections", s.getConnection, recording+": TestConnectionManager_Read", "which scopes show options"),
		api("PATCH", "/connections/{id}", "update:connections", s.patchConnection, recording+": TestConnectionManager_Update", ""),
		api("GET", "/connections/{id}/clients", "read:connections", s.connectionClients, recording+": TestConnectionManager_EnabledClients", ""),
		api("PATCH", "/connections/{id}/clients", "update:connections", s.patchConnectionClients, recording+": TestConnectionManager_UpdateEnabledClients_*", ""),
		api("GET", "/users", "read:users", s.listUsers, recording+": TestUserManager_Search; terms joined by AND only", "how late search is", userSearch),
		api("POST", "/users", "create:users", s.createUser, recording+": TestUserManager_Create", ""),
		api("GET", "/users-by-email", "read:users", s.usersByEmail, recording+": TestUserManager_ListByEmail", ""),
		api("GET", "/users/{id}", "read:users", s.getUser, recording+": TestUserManager_Read", ""),
		api("PATCH", "/users/{id}", "update:users", s.patchUser, recording+": TestUserManager_Update", ""),
		api("DELETE", "/users/{id}", "delete:users", s.deleteUser, recording+": TestUserManager_Delete", ""),
		api("GET", "/resource-servers", "read:resource_servers", s.listResourceServers, recording+": TestResourceServer_List", ""),
		api("GET", "/resource-servers/{id}", "read:resource_servers", s.getResourceServer, recording+": TestResourceServer_Read", ""),
	}
	for i := range rows {
		if rows[i].scopes[0] == "" {
			rows[i].scopes = readClients
		}
		switch rows[i].Method + " " + rows[i].Path {
		case "PATCH " + v2 + "/users/{id}":
			rows[i].scopes = []string{"update:users", "update:users_app_metadata"}
		case "PATCH " + v2 + "/clients/{id}":
			rows[i].scopes = []string{"update:clients", "update:client_keys"}
		}
	}
	return rows
}
